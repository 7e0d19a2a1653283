"""The values everything speaks: Image (pixels, and what its file must keep), Box."""

import importlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from relume.errors import BadInputError

_PEAKS = {"uint8": 255, "uint16": 65535}
_FLOATS = ("float16", "float32", "float64")
_PIL_MODES = ("L", "LA", "RGB", "RGBA", "CMYK", "I;16", "F")

Depth = Literal["uint8", "uint16", "float32"]
# Axes with an underscore may differ in size between the arguments of one function.
Pixels = Float32[np.ndarray, "_h _w _c"]
Plane = Float32[np.ndarray, "_h _w"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """What a file has beside its pixels, and must have again when the restored picture is written.

    Attributes:
        format: "jpeg", "png", "webp", "tiff", "avif", "bmp", "gif", "npy", "dicom", "raw"; None for arrays.
        depth: of the samples in the file; the pixels in memory are always float32.
        span: the file's values that are 0 and 1 in memory: (0, 255), (0, 65535), (0, 1); (255, 0) where
            the file's 0 is the lightest; the smallest and largest value of a DICOM picture.
        colour: how the channels are meant; "cmyk" is held inverted (1 is no ink), "other" is channels without a colour.
        palette: the file had a palette (it is written as grey or RGB).
        orientation: of the EXIF tag, already applied to the pixels; what is written says 1.
        dpi: dots per inch, horizontally and vertically.
        quality: of the JPEG, WebP or AVIF it came from; None where that is unknown or lossless.
        chroma: "4:4:4", "4:2:2", "4:2:0" of the JPEG, WebP or AVIF it came from.
        bits: per sample of the file where they are not 8, 16 or 32 (a 10-bit AVIF, a 1-bit PNG).
        compression: of the file: "none", "lzw", "deflate", "lossless" … ; None where it is unknown or lossy.
        attributes: what only its own format understands (a DICOM data set, text chunks of a PNG).
        notes: what reading noticed and the picture does not show ("first of 12 frames").
    """

    format: str | None = None
    depth: Depth = "float32"
    span: tuple[float, float] = (0.0, 1.0)
    colour: Literal["grey", "rgb", "cmyk", "other"] = "rgb"
    palette: bool = False
    orientation: int = 1
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    quality: int | None = None
    chroma: str | None = None
    bits: int | None = None
    compression: str | None = None
    attributes: Any = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Image:
    """A picture: float32 pixels in [0, 1] (not clipped), its alpha, and what its file must keep.

    >>> Image(pixels=np.zeros((4, 6, 3), np.float32)).width
    6
    """

    pixels: Pixels
    alpha: Plane | None = None
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.dtype != np.float32:
            raise BadInputError(
                f"Pixels are float32 of shape h w c, but came as {self.pixels.dtype} of shape {self.pixels.shape}. "
                "Use relume.Image.from_array for other arrays."
            )
        if self.alpha is not None and self.alpha.shape != self.pixels.shape[:2]:
            raise BadInputError(f"Alpha is {self.alpha.shape}, but the picture is {self.pixels.shape[:2]}.")

    def __repr__(self) -> str:
        colour = {"grey": "grey", "rgb": "RGB", "cmyk": "CMYK"}.get(self.kept.colour, "")
        fits = {"grey": 1, "RGB": 3, "CMYK": 4}.get(colour) == self.channels
        words = [colour if fits else {1: "grey", 3: "RGB"}.get(self.channels, f"{self.channels} channels")]
        words += ["alpha"] if self.alpha is not None else []
        return (
            f"<Image {' '.join([f'{self.width}x{self.height}', *words, self.kept.depth, self.kept.format or 'array'])}>"
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:  # noqa: FBT001  (NumPy's protocol)
        if copy is False:
            raise ValueError("An Image as an array is always a copy. Its float32 pixels themselves are image.pixels.")
        array: np.ndarray = self.to_array()
        return array if dtype is None else array.astype(dtype, copy=False)

    @property
    def height(self) -> int:
        """In pixels."""
        return self.pixels.shape[0]

    @property
    def width(self) -> int:
        """In pixels."""
        return self.pixels.shape[1]

    @property
    def channels(self) -> int:
        """Of the pixels, without alpha."""
        return self.pixels.shape[2]

    def replace(self, pixels: Pixels, *, alpha: Plane | None = None) -> "Image":
        """The same picture with other pixels; alpha stays unless another is given."""
        return replace(self, pixels=pixels, alpha=self.alpha if alpha is None else alpha)

    @classmethod
    def from_array(cls, array: Any, *, channel_order: str = "rgb") -> "Image":
        """The picture in a NumPy array (uint8, uint16, float; h w, h w 1, h w 3, h w 4) or a PIL picture.

        Integers are divided by their largest value, floats taken as they are; a fourth channel is alpha. A PIL picture
        is taken as it lies: its EXIF orientation is left to its owner.

        >>> Image.from_array(np.full((4, 6), 255, np.uint8)).pixels.max()
        np.float32(1.0)
        """
        if channel_order not in ("rgb", "bgr"):
            raise BadInputError(f'channel_order is "rgb" or "bgr", but came as {channel_order!r}.')
        if _is_pil(array):
            return cls._from_pil(array)
        _check_array(array)
        depth: Any = array.dtype.name if array.dtype.name in _PEAKS else "float32"
        pixels = np.atleast_3d(array).astype(np.float32)
        pixels /= _PEAKS.get(depth, 1)
        alpha = np.ascontiguousarray(pixels[..., 3]) if pixels.shape[2] == 4 else None
        pixels = pixels[..., : 1 if pixels.shape[2] == 1 else 3]
        kept = Kept(
            depth=depth,
            span=(0.0, float(_PEAKS.get(depth, 1))),
            colour="grey" if pixels.shape[2] == 1 else "rgb",
            attributes={"dtype": array.dtype.name, "axes": array.ndim, "channel_order": channel_order},
        )
        pixels = pixels[..., ::-1] if channel_order == "bgr" else pixels
        return cls(pixels=np.ascontiguousarray(pixels), alpha=alpha, kept=kept)

    def to_array(self, like: Any = None) -> Any:
        """The picture as what it was made from: type, depth, axes and channel order of the array, or a PIL picture.

        A picture from elsewhere gives an array of its file's depth, h w for grey and h w 4 with alpha. `like` is what
        decides; without it, what `from_array` was given.

        >>> Image.from_array(np.full((4, 6), 7, np.uint16)).to_array().dtype
        dtype('uint16')
        """
        if like is not None and _is_pil(like):
            return self._to_pil(like)
        origin = self.kept.attributes if isinstance(self.kept.attributes, dict) else {}
        name = like.dtype.name if like is not None else np.dtype(origin.get("dtype", self.kept.depth)).name
        axes = like.ndim if like is not None else origin.get("axes", 2 if self.channels == 1 else 3)
        pixels = self.pixels[..., ::-1] if origin.get("channel_order") == "bgr" and self.channels == 3 else self.pixels
        whole = pixels if self.alpha is None else np.concatenate([pixels, self.alpha[..., None]], axis=2)
        whole = whole[..., 0] if axes == 2 and whole.shape[2] == 1 else whole
        return _of_dtype(whole, name)

    @classmethod
    def _from_pil(cls, picture: Any) -> "Image":
        if picture.mode in ("P", "PA"):
            picture = picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")
        elif picture.mode == "1":
            picture = picture.convert("L")
        if picture.mode not in _PIL_MODES:
            raise BadInputError(
                f"A PIL picture in one of {', '.join(_PIL_MODES)} was expected, but it is in {picture.mode}. "
                'Convert it first, say with .convert("RGB").'
            )
        image = cls.from_array(_without_alpha(picture))
        exif, dpi = picture.info.get("exif"), picture.info.get("dpi")
        kept = replace(
            image.kept,
            icc=picture.info.get("icc_profile"),
            exif=exif.removeprefix(b"Exif\0\0") if isinstance(exif, bytes) else None,
            dpi=(float(dpi[0]), float(dpi[1])) if dpi else None,
            attributes=None,
        )
        alpha = np.asarray(picture.getchannel("A"), np.float32) / 255 if picture.mode in ("LA", "RGBA") else None
        if picture.mode == "CMYK":
            return cls(pixels=1 - _scaled(picture), kept=replace(kept, colour="cmyk", span=(255.0, 0.0)))
        return cls(pixels=image.pixels, alpha=alpha, kept=kept)

    def _to_pil(self, like: Any) -> Any:
        from PIL import Image as Pillow  # only where somebody has handed in one of its pictures

        if self.kept.colour == "cmyk":
            result = Pillow.fromarray(_of_dtype(1 - self.pixels, "uint8"), mode="CMYK")
        else:
            body = self.pixels if self.alpha is None else np.concatenate([self.pixels, self.alpha[..., None]], axis=2)
            result = Pillow.fromarray(_of_dtype(body[..., 0] if body.shape[2] == 1 else body, self.kept.depth))
        result.info.update({name: value for name, value in like.info.items() if name != "transparency"})
        return result

    def save(self, path: str | Path, **options: Any) -> list[str]:
        """Write it, atomically, in the format that the ending of `path` names; returns what could not be kept.

        Options are those of `relume.files.save`.
        """
        # Looked up when called: files stands above image.
        return importlib.import_module("relume.files").save(self, path, **options)


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    top: int
    left: int
    height: int
    width: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array with."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def scaled(self, scale: int) -> "Box":
        """The same rectangle of a picture `scale` times as large.

        >>> Box(1, 2, 3, 4).scaled(2)
        Box(top=2, left=4, height=6, width=8)
        """
        return Box(self.top * scale, self.left * scale, self.height * scale, self.width * scale)


def _is_pil(thing: Any) -> bool:
    return any(kind.__module__ == "PIL.Image" for kind in type(thing).__mro__)


def _check_array(array: Any) -> None:
    if not isinstance(array, np.ndarray):
        raise BadInputError(
            f"A NumPy array or a PIL picture was expected, but a {type(array).__name__} came. "
            "What relume.denoise and its like take is a path, bytes, an Image, a NumPy array or a PIL picture."
        )
    if array.dtype.name not in (*_PEAKS, *_FLOATS):
        advice = (
            "array.astype(np.uint8) * 255" if array.dtype == bool else "array.astype(np.uint16) or floats of 0 to 1"
        )
        raise BadInputError(
            f"An array of uint8, uint16 or float was expected, but it is {array.dtype}. Hand in {advice}."
        )
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)) or 0 in array.shape:
        raise BadInputError(
            f"An array of shape h w, h w 1, h w 3 or h w 4 was expected, but it is {array.shape}. "
            "Hand in one picture at a time, channels last."
        )


def _without_alpha(picture: Any) -> np.ndarray:
    array = np.asarray(picture)
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        return array.astype(np.uint16)  # "I;16" comes in the machine's order or in its file's
    bands = {"LA": 1, "RGBA": 3, "CMYK": 3}.get(picture.mode)
    return array if bands is None else array[..., :bands]


def _scaled(picture: Any) -> Pixels:
    return np.asarray(picture).astype(np.float32) / np.float32(255)


def _of_dtype(values: np.ndarray, name: str) -> np.ndarray:
    if name not in _PEAKS:
        return np.ascontiguousarray(values, dtype=name)
    if not np.isfinite(values).all():
        raise BadInputError(f"{name} holds numbers only, but the picture has NaN or infinite pixels. Ask for floats.")
    return np.rint(values.clip(0, 1) * np.float32(_PEAKS[name])).astype(name)
