"""The file contract: what went in comes out. Prints a table, and exits with 1 where anything differs.

    python benchmarks/files/matrix.py            # relume.files alone
    python benchmarks/files/matrix.py --command  # through `relume denoise --strength 0`

Files are written and read back by others (Pillow, tifffile, OpenCV and forty lines of our own for 16-bit PNG); only
what is under test is relume.
"""

import argparse
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageCms, ImageOps, IptcImagePlugin

Under = Callable[[Path, Path], list[str]]

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# The same profile, declared to be for other channels: only the declaration is looked at.
ICC_GREY, ICC_CMYK = (ICC[:16] + space + ICC[20:] for space in (b"GRAY", b"CMYK"))
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="a picture"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
IIM = b"\x1c\x02\x78\x00\x0bold harbour"
MAKER_NOTE = bytes(range(256)) * 3
LOSSLESS = {"png", "tiff", "bmp", "webp"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file."""

    format: str
    depth: str = "uint8"
    colour: str = "rgb"
    alpha: bool = False
    tags: bool = False
    orientation: int = 1
    dpi: int | None = None
    compression: str | None = None

    @property
    def name(self) -> str:
        """For the table."""
        parts = [self.format, self.depth, self.colour + ("+alpha" if self.alpha else "")]
        parts += ["tags"] * self.tags + [f"turn{self.orientation}"] * (self.orientation != 1)
        parts += [f"{self.dpi}dpi"] * (self.dpi is not None) + [self.compression or ""] * (self.compression is not None)
        return " ".join(parts)


def cases() -> Iterator[Case]:
    """All that each format can hold, each with and without what stands beside the pixels."""
    kinds = {
        "jpeg": [("uint8", c, False) for c in ("grey", "rgb", "cmyk")],
        "png": [(d, c, a) for d in ("uint8", "uint16") for c in ("grey", "rgb") for a in (False, True)]
        + [("uint8", "palette", False), ("uint8", "palette", True), ("1-bit", "grey", False)],
        "webp": [("uint8", "rgb", False), ("uint8", "rgb", True)],
        "tiff": [(d, c, a) for d in ("uint8", "uint16", "float32") for c in ("grey", "rgb") for a in (False, True)]
        + [("uint8", "cmyk", False), ("uint16", "cmyk", False), ("uint8", "palette", False), ("1-bit", "grey", False)],
        "avif": [("uint8", "rgb", False), ("uint8", "rgb", True)],
        "bmp": [("uint8", "grey", False), ("uint8", "rgb", False), ("uint8", "palette", False)],
    }
    for name, kinds_ in kinds.items():
        for depth, colour, alpha in kinds_:
            case = Case(format=name, depth=depth, colour=colour, alpha=alpha)
            yield case
            yield replace(case, tags=name != "bmp", dpi=300 if name not in ("webp", "avif") else None)
    for name in ("jpeg", "png", "webp", "tiff"):
        yield from (Case(format=name, tags=True, orientation=turn) for turn in range(2, 9))
    yield Case(format="avif", tags=True, orientation=6)
    for compression in ("none", "lzw", "deflate", "packbits"):
        yield Case(format="tiff", compression=compression, dpi=72)
    yield Case(format="webp", compression="lossy")
    for compression in ("q40 4:2:0", "q75 4:2:0", "q92 4:4:4", "q100 4:4:4"):
        yield Case(format="jpeg", compression=compression)


def pixels_of(case: Case) -> np.ndarray:
    """A smooth picture with some texture, of a size that is a multiple of nothing."""
    y, x = np.mgrid[0:45, 0:67] / 67
    bands = {"grey": 1, "rgb": 3, "cmyk": 4, "palette": 1}[case.colour] + case.alpha
    values = np.stack([0.5 + 0.45 * np.sin(5 * x + 3 * y * (i + 1) + i) for i in range(bands)], axis=2)
    if case.depth == "1-bit":
        return np.where(values > 0.5, 255, 0).astype(np.uint8)
    if case.colour == "palette":
        return np.rint(values[..., :1] * 15).astype(np.uint8)
    if case.depth == "float32":
        return (values * 3 - 1).astype(np.float32)  # also below black and above white
    return np.rint(values * np.iinfo(case.depth).max).astype(case.depth)


def exif_of(orientation: int) -> Image.Exif:
    """A camera's tags: text, GPS, a maker's note."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B], exif[0x0112] = "Camera works", "Jane Doe", orientation
    exif.get_ifd(0x8769).update({0x9003: "2026:01:02 03:04:05", 0x829A: 0.004, 0x927C: MAKER_NOTE, 0xA431: "S/N 7"})
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.25)})
    return exif


def make(case: Case, path: Path) -> None:
    """Write the file with somebody else's library."""
    if case.format == "tiff" and (case.depth != "uint8" or case.alpha) and case.colour != "palette":
        _make_tiff(case, path)
    elif case.depth == "uint16":
        _make_png16(case, path)
    else:
        _make_with_pillow(case, path)


def _make_with_pillow(case: Case, path: Path) -> None:
    options: dict[str, Any] = {}
    if case.tags:
        icc = {"grey": ICC_GREY, "cmyk": ICC_CMYK}.get(case.colour, ICC)
        options |= {"icc_profile": icc, "exif": exif_of(case.orientation).tobytes(), "xmp": XMP}
    if case.dpi:
        options["dpi"] = (case.dpi, case.dpi)
    options |= {
        "jpeg": {"quality": 90, "subsampling": 0},
        "webp": {"lossless": case.compression is None, "exact": True},
        "avif": {"quality": 95, "subsampling": "4:4:4"},
        "tiff": {"compression": _PIL_TIFF.get(case.compression or "none")},
    }.get(case.format, {})
    if case.format == "jpeg" and case.compression:
        quality, chroma = case.compression.split()
        options |= {"quality": int(quality[1:]), "subsampling": chroma}
    if case.format == "tiff" and case.tags:
        options |= {"exif": _with_tiff_tags(exif_of(case.orientation))}
        del options["xmp"]
    if case.format == "png" and case.tags:
        info = options["pnginfo"] = _png_info()
        info.add_text("Comment", "kept as it is")
        del options["xmp"]
    _picture(case).save(path, {"jpeg": "JPEG", "tiff": "TIFF"}.get(case.format, case.format.upper()), **options)
    if case.format == "jpeg" and case.tags:
        body = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(IIM)) + IIM
        data = path.read_bytes()
        path.write_bytes(data[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + data[2:])


def _with_tiff_tags(exif: Image.Exif) -> bytes:
    exif[700], exif[33723] = XMP, IIM
    return exif.tobytes()


_PIL_TIFF = {"none": "raw", "lzw": "tiff_lzw", "deflate": "tiff_adobe_deflate", "packbits": "packbits"}


def _picture(case: Case) -> Image.Image:
    values = pixels_of(case)
    if case.colour == "palette":
        picture = Image.fromarray(values[..., 0], "P")
        picture.putpalette([(i * 37) % 256 for i in range(48)])
        if case.alpha:
            picture.info["transparency"] = bytes(range(0, 256, 17))
        return picture
    if case.depth == "1-bit":
        return Image.fromarray(values[..., 0]).convert("1", dither=Image.Dither.NONE)
    mode = {"grey": "L", "rgb": "RGB", "cmyk": "CMYK"}[case.colour] + ("A" if case.alpha else "")
    return Image.frombytes(mode, values.shape[1::-1], values.tobytes())


def _png_info() -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


def _make_tiff(case: Case, path: Path) -> None:
    values = pixels_of(case)
    if case.depth == "1-bit":
        options: dict[str, Any] = {"compression": "raw"}
        if case.tags:
            options |= {"dpi": (300, 300), "exif": _with_tiff_tags(exif_of(1)), "icc_profile": ICC_GREY}
        _picture(case).save(path, "TIFF", **options)
        return
    extra: list[Any] = []
    if case.tags:
        icc = {"grey": ICC_GREY, "cmyk": ICC_CMYK}.get(case.colour, ICC)
        extra = [(700, 1, len(XMP), XMP, True), (34675, 7, len(icc), icc, True), (33723, 7, len(IIM), IIM, True)]
        extra += [(271, 2, 0, "Camera works", True), (315, 2, 0, "Jane Doe", True)]
    photometric = {"grey": "minisblack", "rgb": "rgb", "cmyk": "separated"}[case.colour]
    values = values[..., 0] if values.shape[2] == 1 else values
    options = {"extrasamples": ["unassalpha"]} if case.alpha else {}
    if case.dpi:
        options |= {"resolution": (case.dpi, case.dpi), "resolutionunit": 2}
    tifffile.imwrite(path, values, photometric=photometric, extratags=extra, software=False, metadata=None, **options)


def _make_png16(case: Case, path: Path) -> None:
    values = pixels_of(case)
    height, width, bands = values.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0))]
    if case.tags:
        icc = ICC_GREY if case.colour == "grey" else ICC
        parts += [(b"iCCP", b"p\0\0" + zlib.compress(icc)), (b"eXIf", exif_of(1).tobytes().removeprefix(b"Exif\0\0"))]
        parts += [(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP), (b"tEXt", b"Comment\0kept as it is")]
    if case.dpi:
        parts.append((b"pHYs", struct.pack(">IIB", 11811, 11811, 1)))
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def look(path: Path) -> dict[str, Any]:
    """What a file holds, seen by Pillow, tifffile and OpenCV."""
    if path.suffix == ".tiff":
        return _look_at_tiff(path)
    with Image.open(path) as picture:
        picture.load()
        exif = picture.getexif()
        inner, gps = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
        iptc = IptcImagePlugin.getiptcinfo(picture) or {}
        dpi = picture.info.get("dpi")
        seen = {
            "format": picture.format,
            "icc": picture.info.get("icc_profile"),
            "xmp": bytes(picture.info.get("xmp") or b"").rstrip(b"\0") or None,
            "iptc": iptc.get((2, 120)),
            "exif": (exif.get(0x010F), exif.get(0x013B), inner.get(0x9003), inner.get(0x829A), inner.get(0xA431)),
            "maker note": inner.get(0x927C),
            "gps": tuple(gps.get(i) for i in range(1, 5)),
            "orientation": exif.get(0x0112, 1),
            "dpi": None if dpi is None else (round(float(dpi[0])), round(float(dpi[1]))),
            "text": picture.info.get("Comment"),
            "tables": getattr(picture, "quantization", None),
        }
        if picture.format == "JPEG" and picture.info.get("jfif_density") == (1, 1):
            seen["dpi"] = None
        seen["pixels"] = _look_at_pixels(path, picture)
    return seen


def _look_at_tiff(path: Path) -> dict[str, Any]:
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        tags = {tag.code: tag.value for tag in page.tags.values()}
    inner, gps = tags.get(34665, {}), tags.get(34853, {})
    unit = {2: 1.0, 3: 2.54}.get(int(tags.get(296, 2)), 0)
    dpi = tuple(round(tags[i][0] / tags[i][1] * unit) for i in (282, 283)) if unit and 282 in tags else None
    seen = {
        "format": "TIFF",
        "icc": tags.get(34675),
        "xmp": tags.get(700),
        "iptc": bytes(tags[33723]).rstrip(b"\0") if 33723 in tags else None,
        "exif": (tags.get(271), tags.get(315), inner.get("DateTimeOriginal"), inner.get("ExposureTime")),
        "maker note": inner.get("MakerNote"),
        "gps": tuple(gps.get(f"GPS{word}") for word in ("LatitudeRef", "Latitude", "LongitudeRef", "Longitude")),
        "orientation": int(tags.get(274, 1)),
        "dpi": dpi,
        "text": None,
        "alpha": tags.get(338),
        "compression": int(tags[259]),
    }
    if tags[262] == 3 or page.bitspersample == 1 or (seen["compression"] != 1 and page.dtype == np.uint8):
        with Image.open(path) as picture:  # tifffile needs yet another library to unpack these
            seen["pixels"] = _look_at_pixels(path, picture)
    else:
        flat = np.atleast_3d(tifffile.imread(path))
        seen["pixels"] = _turned(flat, seen["orientation"])
    return seen


def _turned(values: np.ndarray, orientation: int) -> np.ndarray:
    flips = {2: values[:, ::-1], 3: values[::-1, ::-1], 4: values[::-1], 5: values.swapaxes(0, 1)}
    turns = {6: np.rot90(values, -1), 7: np.rot90(values, 2).swapaxes(0, 1), 8: np.rot90(values)}
    return {1: values, **flips, **turns}[orientation]


def _look_at_pixels(path: Path, picture: Image.Image) -> np.ndarray:
    if picture.format == "PNG" and path.read_bytes()[24] == 16:
        return _png16(path)
    if picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    elif picture.mode == "1":
        picture = picture.convert("L")
    upright = ImageOps.exif_transpose(picture)
    return np.atleast_3d(np.asarray(upright))


def _png16(path: Path) -> np.ndarray:
    values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if values.ndim == 3 and values.shape[2] == 4 and path.read_bytes()[25] == 4:
        return values[..., [0, 3]]  # OpenCV makes colour of grey and alpha
    if values.ndim == 3:
        values = values[..., [2, 1, 0, 3][: values.shape[2]]]
    return np.atleast_3d(values)


def compare(case: Case, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """In words, what differs and should not."""
    wrong = [key for key in before if key not in ("pixels", "orientation", "compression") and before[key] != after[key]]
    if case.format == "jpeg" and "tables" in wrong:
        wrong.remove("tables") if _no_coarser(before["tables"], after["tables"]) else None
    if after["orientation"] != 1:
        wrong.append("orientation")
    if case.format == "tiff" and case.compression and before["compression"] != after["compression"]:
        wrong.append("compression")
    one, other = before["pixels"], after["pixels"]
    if one.shape != other.shape or one.dtype != other.dtype:
        return [*wrong, f"pixels {one.dtype}{one.shape} became {other.dtype}{other.shape}"]
    lossy = case.format in ("jpeg", "avif") or case.compression == "lossy"
    error = np.abs(one.astype(np.float64) - other).max()
    if error > (60 if lossy else 0) or (lossy and _psnr(one, other) < 36):
        wrong.append(f"pixels differ by up to {error:g}")
    return wrong


def _no_coarser(before: Any, after: Any) -> bool:
    return all(max(np.array(after[i]) - np.array(before[i])) <= 0 for i in before if i in after)


def _psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def through_files(source: Path, target: Path) -> list[str]:
    """Under test: the reader and the writer, in strips of an odd height."""
    from relume import files

    with files.reader(source) as strips:
        shape = {name: getattr(strips, name) for name in ("height", "width", "channels", "has_alpha", "kept")}
        with files.writer(target, **shape) as out:
            for _ in range(0, strips.height, 13):
                out.write(*strips.read(13))
    return [*strips.kept.notes, *out.notes]


def through_command(source: Path, target: Path) -> list[str]:
    """Under test: the command line with a strength of nothing."""
    command = [sys.executable, "-m", "relume", "denoise", str(source), "-o", str(target), "--strength", "0"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return [] if done.returncode == 0 else [done.stderr.strip()]


def check(case: Case, folder: Path, under: Under) -> tuple[dict[str, Any], list[str], list[str]]:
    """What went in, what differs in what came out, and the notes."""
    source, target = folder / f"in.{case.format}", folder / f"out.{case.format}"
    make(case, source)
    before = look(source)
    notes = under(source, target)
    return before, compare(case, before, look(target)), notes


def row(case: Case, before: dict[str, Any], wrong: list[str], notes: list[str]) -> str:
    """A line of the table."""
    has = [key for key in ("icc", "xmp", "iptc", "maker note", "text") if before[key]]
    has += ["exif"] * any(before["exif"]) + ["gps"] * any(before["gps"])
    has += [f"orientation {case.orientation}"] * (case.orientation != 1)
    verdict = "equal" if not wrong else "DIFFERS: " + ", ".join(wrong)
    line = f"{case.name:44} {', '.join(has) or '-':58} {verdict}"
    return line + (f"   ({'; '.join(notes)})" if notes else "")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", action="store_true", help="go through `relume denoise --strength 0`")
    parser.add_argument("--data", help="not used")
    under = through_command if parser.parse_args().command else through_files
    failed = count = 0
    print(f"{'file':44} {'beside its pixels':58} in against out")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases():
            before, wrong, notes = check(case, Path(folder), under)
            print(row(case, before, wrong, notes))
            failed += bool(wrong)
            count += 1
    print(f"{count} files, {failed} differ.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
