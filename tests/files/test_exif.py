"""EXIF blobs: read for the orientation, changed where they stand, and robust against anything."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from relume import files
from relume.files import _exif
from relume.image import Image, Kept


def blob(orientation: int = 6) -> bytes:
    exif = Pillow.Exif()
    exif[0x010F], exif[0x0112] = "Camera works", orientation
    exif.get_ifd(0x8769).update({0xA002: 4000, 0xA003: 3000, 0x927C: bytes(range(200))})
    return exif.tobytes().removeprefix(b"Exif\0\0")


def with_thumbnail() -> tuple[bytes, bytes]:
    small = b"\xff\xd8 a small picture \xff\xd9"
    start = 8 + 2 + 12 + 4
    second = start + 2 + 24 + 4
    body = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0" + start.to_bytes(4, "little")
    body += b"\x02\0" + b"\x01\x02\x04\0\x01\0\0\0" + second.to_bytes(4, "little")
    body += b"\x02\x02\x04\0\x01\0\0\0" + len(small).to_bytes(4, "little") + bytes(4)
    return body + small, small


def test_settling_changes_three_values_and_nothing_else() -> None:
    before = blob()
    after, thumbnail = _exif.settle(before, height=50, width=70)
    assert len(after) == len(before)
    assert not thumbnail
    read = Pillow.Exif()
    read.load(after)
    assert read[0x0112] == 1
    inner = read.get_ifd(0x8769)
    assert (inner[0xA002], inner[0xA003], inner[0x927C]) == (70, 50, bytes(range(200)))
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= 9


def test_a_thumbnail_of_the_old_picture_goes_and_is_said(tmp_path) -> None:
    data, small = with_thumbnail()
    assert small in data
    settled, gone = _exif.settle(data, height=4, width=4)
    assert gone
    assert small not in settled
    image = Image(pixels=np.zeros((4, 4, 3), np.float32), kept=Kept(depth="uint8", exif=data))
    assert files.save(image, tmp_path / "x.jpg") == [
        "The EXIF thumbnail was taken out: it showed the picture as it was."
    ]


def test_xmp_orientation_is_settled_too() -> None:
    assert _exif.settle_xmp(b"<tiff:Orientation>8</tiff:Orientation>") == b"<tiff:Orientation>1</tiff:Orientation>"


def test_orientation_is_applied_once(tmp_path) -> None:
    values = np.random.default_rng(0).integers(0, 256, (6, 9, 3)).astype(np.uint8)
    out = io.BytesIO()
    Pillow.fromarray(values).save(out, "PNG", exif=b"Exif\0\0" + blob(6))
    once = files.open(out.getvalue())
    twice = files.open(files.encode(once, "png"))
    np.testing.assert_array_equal(once.to_array(), np.rot90(values, -1))
    np.testing.assert_array_equal(twice.to_array(), once.to_array())
    assert (once.kept.orientation, twice.kept.orientation) == (6, 1)


def test_the_interoperability_directory_goes_into_a_tiff_and_comes_back(tmp_path) -> None:
    exif = Pillow.Exif()
    exif[0x010F] = "Camera works"
    exif.get_ifd(0x8769).update({0xA001: 1, 0xA002: 4})
    exif.get_ifd(0x8825).update({1: "N"})
    exif.get_ifd(0x8769)[0xA005] = {1: "R98", 2: b"0100"}
    image = Image(pixels=np.zeros((4, 4, 3), np.float32), kept=Kept(depth="uint8", exif=exif.tobytes()[6:]))
    assert files.save(image, tmp_path / "x.tif") == []
    assert files.save(files.open(tmp_path / "x.tif"), tmp_path / "y.tif") == []
    assert files.save(files.open(tmp_path / "y.tif"), tmp_path / "z.jpg") == []
    with Pillow.open(tmp_path / "z.jpg") as opened:
        read = opened.getexif()
        assert read.get_ifd(0xA005) == {1: "R98", 2: b"0100"}
        assert (read.get_ifd(0x8769)[0xA001], read.get_ifd(0x8825)[1], read[0x010F]) == (1, "N", "Camera works")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120), st.data())
def test_any_bytes_are_survived(noise: bytes, data: st.DataObject) -> None:
    body = bytearray(blob())
    place = data.draw(st.integers(0, len(body)))
    body[place : place + len(noise)] = noise
    for candidate in (noise, bytes(body), b"II*\0" + noise, b"MM\0*" + noise, b"II+\0\x08\0\0\0" + noise):
        assert 1 <= _exif.orientation(candidate) <= 8
        _exif.settle(candidate, height=3, width=3)
        _exif.split(candidate)
