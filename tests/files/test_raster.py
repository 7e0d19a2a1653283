"""What a format cannot hold is refused or reported; quality, chroma, orientation and strips."""

import io
import itertools
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow
from skimage.metrics import peak_signal_noise_ratio

from relume import files
from relume.errors import BadInputError, CannotKeepError, TooLargeError, UnreadableFileError
from relume.files import Limits, _jpeg, _raster_read, _spool
from relume.image import Image, Kept


def picture(shape: tuple[int, ...] = (20, 30, 3), dtype: str = "uint8") -> np.ndarray:
    rng = np.random.default_rng(5)
    if dtype.startswith("f"):
        return rng.normal(0.5, 2, shape).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


def written(values: np.ndarray, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    Pillow.fromarray(values).save(out, format, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("values", "format", "words"),
    [
        (
            picture((4, 4, 4)),
            "jpeg",
            "JPEG has no transparency, but the picture has alpha. Write PNG, WebP, TIFF or AVIF",
        ),
        (picture((4, 4, 4)), "bmp", "BMP has no transparency"),
        (
            picture(dtype="uint16"),
            "jpeg",
            'JPEG holds uint8, but the picture is uint16. Write PNG or TIFF.*depth="uint8"',
        ),
        (picture(dtype="uint16"), "avif", "AVIF holds 8, 10 or 12 bits, but the picture has 16. Write PNG or TIFF"),
        (
            picture(dtype="float32"),
            "png",
            'PNG holds uint8 and uint16, but the picture is float32. Write TIFF.*"uint16"',
        ),
        (picture(), "gif", "GIF holds 256 colours, too few for a restored picture. Write PNG instead"),
        (picture(), "dng", ".dng files are read, but not written. Write TIFF instead"),
        (picture(), "dicom", "A DICOM is written only from a DICOM"),
    ],
)
def test_what_must_not_be_dropped_is_refused(values: np.ndarray, format: str, words: str) -> None:
    with pytest.raises(CannotKeepError, match=words):
        files.encode(Image.from_array(values), format)


@pytest.mark.parametrize(
    ("format", "depth", "words"),
    [
        ("jpeg", "uint16", "JPEG holds uint8, but uint16 was asked for. .* or ask for --depth 8, in Python"),
        ("avif", "uint16", "AVIF holds 8, 10 or 12 bits, but uint16 was asked for. .* or ask for --depth 8, in Python"),
        ("png", "float32", "PNG holds uint8 and uint16, but float32 was asked for. Write TIFF .* ask for --depth 16"),
    ],
)
def test_a_depth_that_does_not_fit_is_not_advised_again(format: str, depth: str, words: str) -> None:
    with pytest.raises(CannotKeepError, match=words):
        files.encode(Image.from_array(picture()), format, depth=depth)


def test_cmyk_and_many_channels_are_refused_where_they_do_not_fit() -> None:
    four = Image(pixels=np.zeros((4, 4, 4), np.float32), kept=Kept(depth="uint8", colour="cmyk"))
    with pytest.raises(CannotKeepError, match="PNG has no CMYK colour, but the picture is CMYK. Write TIFF or JPEG"):
        files.encode(four, "png")
    five = Image(pixels=np.zeros((4, 4, 5), np.float32), kept=Kept(depth="uint8", colour="other"))
    with pytest.raises(
        CannotKeepError, match="PNG holds grey or RGB, but the picture has 5 channels. Write TIFF or .npy"
    ):
        files.encode(five, "png")


def test_a_side_that_webp_cannot_hold_is_refused() -> None:
    long = Image(pixels=np.zeros((1, 16384, 3), np.float32), kept=Kept(depth="uint8"))
    with pytest.raises(CannotKeepError, match="WebP holds 16,383 pixels a side, but the picture is 16,384 x 1"):
        files.encode(long, "webp")


@pytest.mark.parametrize(("name", "words"), [("x.xyz", r"but \.xyz was given"), ("picture", "but 'picture' has none")])
def test_an_unknown_ending_is_refused(name: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        files.format_for(name)


def test_rounding_is_done_where_it_is_asked_for() -> None:
    values = picture(dtype="uint16")
    back = files.open(files.encode(Image.from_array(values), "png", depth="uint8"))
    np.testing.assert_array_equal(back.to_array(), np.rint(values / 65535 * 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"quality": 0}, "quality is 1 to 100, but came as 0"),
        ({"chroma": "4:1:1"}, 'chroma is "4:4:4" or "4:2:0", but came as \'4:1:1\''),
        ({"depth": "uint32"}, 'depth is "uint8", "uint16" or "float32", but came as \'uint32\''),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], words: str) -> None:
    import contextlib

    from jaxtyping import TypeCheckError

    with contextlib.suppress(TypeCheckError), pytest.raises(BadInputError, match=words):
        files.encode(Image.from_array(picture()), "jpeg", **options)  # pyright: ignore


def test_metadata_that_does_not_fit_is_reported(tmp_path) -> None:
    kept = Kept(depth="uint8", icc=bytes(16) + b"RGB " + bytes(108), iptc=b"8BIM", dpi=(300.0, 300.0))
    image = Image(pixels=np.zeros((4, 4, 3), np.float32), kept=kept)
    assert files.save(image, tmp_path / "x.bmp") == [
        "The ICC profile is not kept: BMP has no place for it.",
        "IPTC is not kept: BMP has no place for it.",
    ]
    assert files.save(image, tmp_path / "x.png") == ["IPTC is not kept: PNG has no place for it."]
    assert files.save(image, tmp_path / "x.tif") == []


def test_a_profile_for_other_channels_is_reported(tmp_path) -> None:
    kept = Kept(depth="uint8", icc=bytes(16) + b"GRAY" + bytes(108))
    image = Image(pixels=np.zeros((4, 4, 3), np.float32), kept=kept)
    assert files.save(image, tmp_path / "x.png") == [
        "The ICC profile is not kept: it is for GRAY, and what is written is rgb."
    ]


def test_exif_too_long_for_a_jpeg_is_reported(tmp_path) -> None:
    image = Image(pixels=np.zeros((4, 4, 3), np.float32), kept=Kept(depth="uint8", exif=bytes(70_000)))
    assert files.save(image, tmp_path / "x.jpg") == [
        "EXIF was left out: a JPEG holds 64 kB of it, and there are 70,000 bytes."
    ]


@pytest.mark.parametrize("quality", [5, 30, 50, 75, 88, 95, 100])
@pytest.mark.parametrize("chroma", ["4:4:4", "4:2:0"])
def test_a_jpeg_keeps_its_tables_and_chroma(quality: int, chroma: str) -> None:
    data = written(picture((64, 64, 3)), "JPEG", quality=quality, subsampling=chroma)
    image = files.open(data)
    assert (image.kept.quality, image.kept.chroma) == (quality, chroma)
    before, after = (Pillow.open(io.BytesIO(d)) for d in (data, files.encode(image, "jpeg")))
    assert before.quantization == after.quantization  # pyright: ignore
    assert before.layer == after.layer  # pyright: ignore


def test_foreign_tables_are_never_made_coarser() -> None:
    own = [[3 + (7 * i) % 11 for i in range(64)], [5 + (5 * i) % 13 for i in range(64)]]
    data = written(picture((64, 64, 3)), "JPEG", qtables=own)
    after = Pillow.open(io.BytesIO(files.encode(files.open(data), "jpeg")))
    for index, table in enumerate(own):
        assert (np.array(after.quantization[index]) <= table).all()  # pyright: ignore


def test_422_is_written_with_more_colour_not_less() -> None:
    image = files.open(written(picture((64, 64, 3)), "JPEG", quality=90, subsampling="4:2:2"))
    assert image.kept.chroma == "4:2:2"
    assert files.open(files.encode(image, "jpeg")).kept.chroma == "4:4:4"


def test_standard_tables_are_those_of_libjpeg() -> None:
    for quality in (1, 25, 50, 77, 100):
        tables = Pillow.open(io.BytesIO(written(picture(), "JPEG", quality=quality))).quantization  # pyright: ignore
        np.testing.assert_array_equal(tables[0], _jpeg.standard_table(quality))
        np.testing.assert_array_equal(tables[1], _jpeg.standard_table(quality, chroma=True))


def test_a_jpeg_decodes_as_pillow_decodes_it() -> None:
    data = written(np.array(Pillow.radial_gradient("L").convert("RGB")), "JPEG", quality=90)
    mine = files.open(data).to_array()
    assert np.abs(mine.astype(int) - np.asarray(Pillow.open(io.BytesIO(data)))).max() <= 2


def test_lossy_webp_and_avif_are_good_by_default() -> None:
    smooth = np.array(Pillow.radial_gradient("L").convert("RGB"))
    for format in ("webp", "avif"):
        image = files.open(written(smooth, format.upper(), quality=90))
        back = files.open(files.encode(image, format)).to_array()
        assert peak_signal_noise_ratio(image.to_array(), back) > 42


@pytest.mark.parametrize("bits", [10, 12])
def test_deep_avif_comes_back_exactly_when_lossless(bits: int) -> None:
    import pyvips

    values = np.random.default_rng(2).integers(0, 2**bits, (16, 16, 3)).astype(np.uint16)
    deep = pyvips.Image.new_from_array(values << (16 - bits)).copy(interpretation="rgb16")
    data = deep.heifsave_buffer(compression="av1", bitdepth=bits, lossless=True)
    image = files.open(data)
    assert (image.kept.depth, image.kept.bits, image.kept.span) == ("uint16", bits, (0, 2**bits - 1))
    np.testing.assert_array_equal(np.rint(image.pixels * (2**bits - 1)), values)
    again = files.open(files.encode(image, "avif", lossless=True))
    np.testing.assert_array_equal(again.pixels, image.pixels)


def test_cmyk_is_held_inverted() -> None:
    ink = np.zeros((8, 8, 4), np.uint8)
    ink[..., 0] = 255  # all cyan
    out = io.BytesIO()
    Pillow.frombytes("CMYK", (8, 8), ink.tobytes()).save(out, "TIFF")
    image = files.open(out.getvalue())
    assert image.kept.colour == "cmyk"
    assert image.pixels[0, 0].tolist() == [0, 1, 1, 1]
    assert tifffile.imread(io.BytesIO(files.encode(image, "tiff"))).tolist() == ink.tolist()


def test_float_values_survive_nan_and_infinity_included() -> None:
    values = picture((5, 7, 3), "float32")
    values[0, 0] = [np.nan, np.inf, -np.inf]
    out = io.BytesIO()
    tifffile.imwrite(out, values, photometric="rgb")
    image = files.open(out.getvalue())
    np.testing.assert_array_equal(image.pixels, values)
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(files.encode(image, "tiff"))), values)
    with pytest.raises(BadInputError, match="uint16 samples hold numbers only, but the picture has NaN"):
        files.encode(image, "png", depth="uint16")


@pytest.mark.parametrize(
    ("dtype", "words"),
    [
        ("int16", "this one holds 16-bit whole numbers with a sign. Convert it to float32"),
        ("uint32", "this one holds 32-bit whole numbers"),
        ("float64", "TIFF is cut short, damaged or of an unusual kind|this one holds 64-bit floats"),
        ("complex64", "unusual kind|complex"),
    ],
)
def test_tiff_samples_that_would_lose_values_are_refused(dtype: str, words: str) -> None:
    out = io.BytesIO()
    tifffile.imwrite(out, np.ones((4, 5), dtype))
    with pytest.raises(UnreadableFileError, match=words):
        files.open(out.getvalue())


def test_undeclared_bands_are_channels_not_alpha() -> None:
    values = picture((6, 8, 5), "uint16")
    out = io.BytesIO()
    tifffile.imwrite(out, values, photometric="minisblack", planarconfig="contig", extrasamples=[0, 0, 0, 0])
    image = files.open(out.getvalue())
    assert (image.channels, image.alpha, image.kept.colour) == (5, None, "other")
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(files.encode(image, "tiff"))), values)


def test_associated_alpha_stays_declared_so() -> None:
    out = io.BytesIO()
    tifffile.imwrite(out, picture((6, 8, 4)), photometric="rgb", extrasamples=["assocalpha"])
    again = files.encode(files.open(out.getvalue()), "tiff")
    with tifffile.TiffFile(io.BytesIO(again)) as file:
        assert [int(kind) for kind in file.pages[0].extrasamples] == [1]  # pyright: ignore


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_is_that_of_pillow(orientation: int) -> None:
    values = picture((3, 5, 3))
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(Pillow.open(io.BytesIO(written(values, "PNG", exif=exif))))
    np.testing.assert_array_equal(_raster_read.turn(values, orientation), np.asarray(turned))


def test_only_the_first_page_and_frame_are_read_and_said() -> None:
    out = io.BytesIO()
    frames = [Pillow.fromarray(np.roll(picture(), turn)) for turn in range(3)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert files.open(out.getvalue()).kept.notes == ("First of 3 frames.",)
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    assert files.open(out.getvalue()).kept.notes == ("First of several pages.",)


def test_jpeg_inside_tiff_becomes_lossless_and_is_said() -> None:
    image = files.open(written(picture((32, 32, 3)), "TIFF", compression="jpeg"))
    assert image.kept.notes == ("JPEG inside TIFF is not written; a new TIFF is compressed without loss.",)
    with tifffile.TiffFile(io.BytesIO(files.encode(image, "tiff"))) as file:
        assert file.pages[0].compression == 8  # pyright: ignore


@pytest.mark.parametrize("cut", [0.4, 0.9])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "BMP"])
def test_half_a_file_is_refused_not_half_grey(format: str, cut: float) -> None:
    data = written(picture((200, 200, 3)), format)
    with pytest.raises(UnreadableFileError, match="cut short"):
        files.open(data[: int(len(data) * cut)])


def test_interlaced_and_progressive_files_are_held_to_the_memory_limit() -> None:
    data = written(picture((200, 200, 3)), "JPEG", progressive=True)
    with pytest.raises(TooLargeError, match="this JPEG, which cannot be done in strips, needs 240,000 bytes"):
        files.reader(data, limits=Limits(bytes=200_000))


@pytest.mark.parametrize(
    ("format", "dtype", "alpha"), list(itertools.product(["png", "tiff"], ["uint8", "uint16"], [0, 1]))
)
def test_strips_through_a_file_equal_the_whole(tmp_path, monkeypatch, format: str, dtype: str, alpha: int) -> None:
    """With the threshold at nothing, every picture takes the way of the very large."""
    monkeypatch.setattr(_spool, "MEMORY_BYTES", 1)
    monkeypatch.setattr(_raster_read, "MEMORY_BYTES", 1)
    values = picture((83, 41, 3 + alpha), dtype)
    source, target = tmp_path / f"a.{format}", tmp_path / f"b.{format}"
    files.save(Image.from_array(values), source)
    with files.reader(source) as strips:
        names = ("height", "width", "channels", "has_alpha", "kept")
        with files.writer(target, **{name: getattr(strips, name) for name in names}) as out:
            for _ in range(0, 83, 7):
                out.write(*strips.read(7))
        assert strips.read(7)[0].shape == (0, 41, 3)
    np.testing.assert_array_equal(files.open(target).to_array(), values)
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.name, target.name]


def test_reading_no_rows_is_refused() -> None:
    with files.reader(written(picture(), "PNG")) as strips, pytest.raises(BadInputError, match="but 0 were asked for"):
        strips.read(0)


def test_memory_stays_flat_for_a_large_picture(tmp_path) -> None:
    """300 MB of samples through reader and writer; the process may grow by a third of that."""
    import subprocess
    import sys

    path = tmp_path / "large.tif"
    tifffile.memmap(path, shape=(10_000, 10_000, 3), dtype="uint8", photometric="rgb").flush()
    code = f"""
from pathlib import Path
from relume import files

def peak():  # not ru_maxrss: that starts with the peak of the process that started this one
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) if status.exists() else 0

files.encode(files.open(files.encode(files.Image.from_array(__import__('numpy').zeros((9, 9), 'u1')), 'tiff')), 'tiff')
before = peak()
with files.reader({str(path)!r}) as strips:
    names = ("height", "width", "channels", "has_alpha", "kept")
    with files.writer({str(tmp_path / "b.tif")!r}, **{{name: getattr(strips, name) for name in names}}) as out:
        for _ in range(0, strips.height, 100):
            out.write(*strips.read(100))
grown = peak() - before
assert grown < 120_000, grown
""".replace("files.Image", "__import__('relume.image').image.Image")
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def test_segments_of_a_jpeg_that_are_dropped_are_told() -> None:
    data = written(picture(), "jpeg")
    more = segment(0xE2, b"MPF\0 and so on") + segment(0xEC, b"Ducky\0\1") * 2 + segment(0xE3, b"\xff\xfe")
    assert files.open(data).kept.notes == ()
    assert files.open(data[:2] + more + data[2:]).kept.notes == (
        "Further pictures in the file (previews, a gain map for HDR) are not kept.",
        "Not kept, because only the program that wrote it understands it: segment APP12 (Ducky), segment APP3.",
    )


def test_chunks_of_a_png_and_a_webp_that_are_dropped_are_told() -> None:
    data = written(picture(), "png")
    more = chunk(b"sBIT", b"\x08\x08\x08") + chunk(b"vpAg", bytes(9))
    assert files.open(data[:33] + more + data[33:]).kept.notes == (
        "Not kept, because it may not be true of other pixels: sBIT, vpAg.",
    )
    data = written(picture(), "webp", lossless=True, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0") + b"mine\x02\0\0\0ab"
    data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    assert files.open(data).kept.notes == ("Not kept, because only the program that wrote it understands it: mine.",)


def test_encoding_tells_what_saving_tells(tmp_path) -> None:
    image = files.open(written(picture(), "png", dpi=(300, 300)))
    notes: list[str] = []
    data = files.encode(image, "webp", notes=notes)
    assert (
        notes
        == files.save(image, tmp_path / "a.webp")
        == ["The resolution (DPI) is not kept: WebP has no place for it."]
    )
    assert data == (tmp_path / "a.webp").read_bytes()


def test_the_profile_inside_of_a_bmp_is_told() -> None:
    plain = written(picture(), "bmp")
    longest = plain[14:54] + bytes(16) + b"DEBM" + bytes(64)
    head = b"BM" + (len(plain) + 84).to_bytes(4, "little") + bytes(4) + (138).to_bytes(4, "little")
    data = head + (124).to_bytes(4, "little") + longest[4:] + plain[54:]
    assert files.open(data).kept.notes == ("The ICC profile inside of the BMP is not kept.",)
    np.testing.assert_array_equal(files.open(data).to_array(), picture())
    assert files.open(plain).kept.notes == ()


@pytest.mark.parametrize("wrap", [str, Path])
def test_nothing_is_downloaded(wrap: type) -> None:
    with pytest.raises(UnreadableFileError, match=r"relume downloads nothing, .* Save the picture first"):
        files.open(wrap("https://example.org/a.jpg"))
