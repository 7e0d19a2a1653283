"""What each raster format can hold, and what becomes of a picture that has more."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from relume.errors import CannotKeepError
from relume.files._raster_read import NAMES
from relume.files._samples import Scale
from relume.files._streams import Plan, Shape, Wish
from relume.image import Kept

Colour = Literal["grey", "rgb", "cmyk", "other"]

_LOSSLESS_SOURCES = frozenset({None, "png", "tiff", "bmp", "gif", "npy", "raw", "dicom"})


@dataclass(frozen=True, kw_only=True)
class Holds:
    """What a format can hold."""

    depths: tuple[str, ...]
    colours: tuple[str, ...]
    alpha: bool
    metadata: tuple[str, ...]
    side: int = 2**31 - 1


HOLDS = {
    "jpeg": Holds(
        depths=("uint8",),
        colours=("grey", "rgb", "cmyk"),
        alpha=False,
        metadata=("icc", "exif", "xmp", "iptc", "dpi"),
        side=65_500,
    ),
    "png": Holds(
        depths=("uint8", "uint16"), colours=("grey", "rgb"), alpha=True, metadata=("icc", "exif", "xmp", "dpi")
    ),
    "webp": Holds(depths=("uint8",), colours=("rgb",), alpha=True, metadata=("icc", "exif", "xmp"), side=16_383),
    "tiff": Holds(
        depths=("uint8", "uint16", "float32"),
        colours=("grey", "rgb", "cmyk", "other"),
        alpha=True,
        metadata=("icc", "exif", "xmp", "iptc", "dpi"),
    ),
    "avif": Holds(
        depths=("uint8", "uint16"), colours=("rgb",), alpha=True, metadata=("icc", "exif", "xmp"), side=65_536
    ),
    "bmp": Holds(depths=("uint8",), colours=("grey", "rgb"), alpha=False, metadata=("dpi",)),
}
_WORDS = {"icc": "The ICC profile", "exif": "EXIF", "xmp": "XMP", "iptc": "IPTC", "dpi": "The resolution (DPI)"}


def plan(kept: Kept, format: str, shape: Shape, wish: Wish) -> Plan:
    """How to write it. Raises CannotKeepError where depth, alpha, colour or size do not fit."""
    holds, name = HOLDS[format], NAMES[format]
    colour = _colour(kept, shape)
    notes: list[str] = []
    depth = wish.depth or kept.depth
    _check_depth(holds, format, depth, kept, asked=wish.depth is not None)
    if shape.has_alpha and not holds.alpha:
        raise CannotKeepError(
            f"{name} has no transparency, but the picture has alpha. Write PNG, WebP, TIFF or AVIF instead."
        )
    if colour == "grey" and colour not in holds.colours:
        notes.append(f"{name} has no grey; three equal channels are written.")
    elif colour not in holds.colours:
        raise CannotKeepError(_wrong_colour(colour, shape.channels, name))
    if max(shape.height, shape.width) > holds.side:
        raise CannotKeepError(
            f"{name} holds {holds.side:,} pixels a side, but the picture is {shape.width:,} x {shape.height:,}. "
            "Write TIFF or PNG instead."
        )
    kept = replace(kept, colour=colour, **_fitting(kept, format, colour, notes))
    notes += _about_samples(kept, format, name)
    bits = kept.bits if format == "avif" and depth == "uint16" else None
    scale = Scale.of(depth, bits=bits, inverted=colour == "cmyk")
    wish = replace(wish, depth=depth, **_lossy(kept, format, wish))
    return Plan(format=format, shape=shape, scale=scale, kept=kept, wish=wish, notes=tuple(notes))


def _colour(kept: Kept, shape: Shape) -> Colour:
    if shape.channels == 1:
        return "grey"
    if shape.channels == 3:
        return "rgb" if kept.colour != "other" else "other"
    return "cmyk" if shape.channels == 4 and kept.colour == "cmyk" else "other"


def _check_depth(holds: Holds, format: str, depth: str, kept: Kept, *, asked: bool) -> None:
    too_deep = format == "avif" and depth == "uint16" and kept.bits not in (10, 12)
    if depth in holds.depths and not too_deep:
        return
    most = "uint8" if format == "avif" else holds.depths[-1]
    bits = {"uint8": 8, "uint16": 16, "float32": "float"}[most]
    better = "TIFF" if depth == "float32" else "PNG or TIFF"
    held = "8, 10 or 12 bits" if too_deep else " and ".join(holds.depths)
    came = f"{depth} was asked for" if asked else "the picture has 16" if too_deep else f"the picture is {depth}"
    way_out = "ask for" if asked else "let it be rounded:"
    raise CannotKeepError(
        f"{NAMES[format]} holds {held}, but {came}. "
        f'Write {better} instead, or {way_out} --depth {bits}, in Python depth="{most}".'
    )


def _wrong_colour(colour: str, channels: int, name: str) -> str:
    if colour == "cmyk":
        return f"{name} has no CMYK colour, but the picture is CMYK. Write TIFF or JPEG instead."
    return f"{name} holds grey or RGB, but the picture has {channels} channels. Write TIFF or .npy instead."


def _fitting(kept: Kept, format: str, colour: str, notes: list[str]) -> dict[str, None]:
    holds, name = HOLDS[format], NAMES[format]
    gone: dict[str, None] = {}
    for field, words in _WORDS.items():
        if getattr(kept, field) is None:
            continue
        if field not in holds.metadata:
            gone[field] = None
            notes.append(f"{words} is not kept: {name} has no place for it.")
    space = {"grey": b"GRAY", "rgb": b"RGB ", "cmyk": b"CMYK"}.get(colour)
    if kept.icc is not None and "icc" not in gone and kept.icc[16:20] != space:
        # A grey profile on RGB channels is wrong colour in every viewer.
        meant = kept.icc[16:20].decode("latin1").strip()
        gone["icc"] = None
        notes.append(f"The ICC profile is not kept: it is for {meant}, and what is written is {colour}.")
    if kept.icc is not None and "icc" not in gone and colour == "grey" and name in ("WebP", "AVIF"):
        gone["icc"] = None
        notes.append(f"The ICC profile is not kept: it is for grey, and {name} has none.")
    return gone


def _about_samples(kept: Kept, format: str, name: str) -> list[str]:
    notes: list[str] = []
    attributes = kept.attributes if isinstance(kept.attributes, dict) else {}
    if kept.palette:
        notes.append("The palette became plain colour.")
    elif kept.bits is not None and kept.bits < 8:
        notes.append(f"The {kept.bits}-bit samples became 8-bit ones.")
    if attributes.get("comments") and format != "jpeg":
        notes.append(f"The JPEG comment is not kept: {name} has no place for it.")
    if attributes.get("chunks") and format != "png":
        notes.append(f"The text and gamma chunks of the PNG are not kept: {name} has no place for them.")
    if attributes.get("associated") and format != "tiff":
        notes.append("The colours stay multiplied by alpha, as in the TIFF.")
    if kept.format == "dicom":
        notes.append("The DICOM attributes are not kept: write .dcm to have them.")
    return notes


def _lossy(kept: Kept, format: str, wish: Wish) -> dict[str, Any]:
    lossless = wish.lossless
    if format in ("webp", "avif") and lossless is None:
        same = kept.format == format and kept.compression == "lossless"
        from_exact = format == "webp" and kept.format in _LOSSLESS_SOURCES
        lossless = wish.quality is None and (same or from_exact)
    usual = {"jpeg": 95, "webp": 92, "avif": 90}.get(format)
    quality = wish.quality or (kept.quality if format == "jpeg" and kept.format == "jpeg" else None) or usual
    source = kept.chroma if kept.format == format else None
    # 4:2:2 and its like cannot be written; full colour is never less than they had.
    chroma = wish.chroma or ("4:2:0" if source == "4:2:0" else "4:4:4")
    return {"lossless": lossless, "quality": quality, "chroma": chroma}
