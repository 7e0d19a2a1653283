"""NumPy's .npy files: the header is read by our own hand, never a pickle."""

import ast
from contextlib import ExitStack
from io import BufferedIOBase
from typing import Any, ClassVar

import numpy as np

from relume.errors import CannotKeepError, UnreadableFileError
from relume.files._limits import Limits
from relume.files._samples import Samples, Scale
from relume.files._source import Source
from relume.files._spool import Spool
from relume.files._streams import AbstractFamily, AbstractReader, Plan, Shape, StripReader, Wish
from relume.image import Kept

__all__ = ["Array"]

_TYPES = {"u1": "uint8", "u2": "uint16", "f2": "float32", "f4": "float32", "f8": "float32"}


class Array(AbstractFamily):
    """`.npy`: uint8, uint16 or float of shape h w, h w 1, h w 3 or h w 4; big ones are mapped, not loaded."""

    formats: ClassVar[tuple[str, ...]] = ("npy",)
    readable: ClassVar[frozenset[str]] = frozenset({".npy"})
    writable: ClassVar[dict[str, str]] = {".npy": "npy"}

    def reader(self, source: Source, format: str, *, limits: Limits) -> AbstractReader:
        """The picture as strips; its size is checked first."""
        dtype, sizes, offset = _header(source)
        _check(dtype, sizes)
        shape, colour = _shape(sizes)
        limits.check_size(shape.height, shape.width)
        expected = offset + int(np.prod(sizes, dtype=np.int64)) * dtype.itemsize
        if source.size < expected:
            raise UnreadableFileError(
                f"The .npy file is cut short: {expected:,} bytes were expected, but there are {source.size:,}."
            )
        depth: Any = _TYPES[dtype.str[1:]]
        scale = Scale.of(depth)
        row = shape.width * shape.bands * dtype.itemsize

        def fetch(top: int, rows: int) -> Samples:
            data = source.read_at(offset + top * row, rows * row)
            samples = np.frombuffer(data, dtype).reshape(rows, shape.width, shape.bands)
            return samples.astype(depth, copy=False)

        kept = Kept(
            format="npy",
            depth=depth,
            span=scale.span,
            colour=colour,
            compression="none",
            attributes={"dtype": dtype.str, "axes": len(sizes)},
            notes=("Floats of 64 bits are held with 32.",) if dtype.itemsize == 8 else (),
        )
        return StripReader(fetch, shape, scale, kept, close=ExitStack())

    def plan(self, kept: Kept, format: str, shape: Shape, wish: Wish) -> Plan:
        """How to write it: with the type and the axes that it came with."""
        if kept.colour == "cmyk":
            raise CannotKeepError(".npy has no CMYK colour, but the picture is CMYK. Write TIFF or JPEG instead.")
        scale = Scale.of(wish.depth or kept.depth)
        notes = [f"{name} is not kept: .npy holds pixels only." for name in _metadata(kept)]
        return Plan(format=format, shape=shape, scale=scale, kept=kept, wish=wish, notes=tuple(notes))

    def encode(self, plan: Plan, spool: Spool, out: BufferedIOBase) -> list[str]:
        """Write the file's bytes; returns what turned out not to fit."""
        stored = plan.kept.attributes if plan.kept.format == "npy" and plan.wish.depth is None else {}
        dtype = np.dtype(stored["dtype"]) if stored else plan.scale.dtype
        samples = spool.array()
        sizes = samples.shape[:2] if stored.get("axes", 2 if samples.shape[2] == 1 else 3) == 2 else samples.shape
        if samples.shape[2] > 1:
            sizes = samples.shape
        header: Any = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": tuple(sizes)}
        np.lib.format.write_array_header_1_0(out, header)
        for top in range(0, samples.shape[0], 256):
            out.write(np.ascontiguousarray(samples[top : top + 256].astype(dtype, copy=False)).data)
        return []


def _header(source: Source) -> tuple[np.dtype, tuple[int, ...], int]:
    major = source.head[6] if len(source.head) > 6 else 0
    wide = 4 if major in (2, 3) else 2
    length = int.from_bytes(source.head[8 : 8 + wide], "little")
    try:
        if major not in (1, 2, 3) or not 0 < length <= 65_535:
            raise ValueError(f"version {major}, header of {length} bytes")
        # A literal is parsed, nothing is evaluated; a header of numbers and a type has no depth that could harm.
        fields = ast.literal_eval(source.read_at(8 + wide, length).decode("latin1"))
        sizes = tuple(int(size) for size in fields["shape"])
        dtype, backwards = np.dtype(fields["descr"]), bool(fields["fortran_order"])
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError) as error:
        raise UnreadableFileError(f"The header of the .npy file is broken ({error}). Save it again.") from error
    if backwards:
        raise UnreadableFileError(
            "The .npy array is in Fortran order, but rows are read in C order. Save np.ascontiguousarray(array)."
        )
    return dtype, sizes, 8 + wide + length


def _check(dtype: np.dtype, sizes: tuple[int, ...]) -> None:
    if dtype.hasobject or dtype.str[1:] not in _TYPES:
        raise UnreadableFileError(
            f"A .npy picture is uint8, uint16 or float, but this one holds {dtype}. Convert it before saving."
        )
    if len(sizes) not in (2, 3) or min(sizes) < 1:
        raise UnreadableFileError(
            f"A .npy picture has the shape h w, h w 1, h w 3 or h w 4, but this one has {sizes}. "
            "Save one picture a file."
        )


def _shape(sizes: tuple[int, ...]) -> tuple[Shape, Any]:
    bands = sizes[2] if len(sizes) == 3 else 1
    colour = {1: "grey", 3: "rgb", 4: "rgb"}.get(bands, "other")
    alpha = bands == 4
    return Shape(height=sizes[0], width=sizes[1], channels=bands - alpha, has_alpha=alpha), colour


def _metadata(kept: Kept) -> list[str]:
    named = {"ICC profile": kept.icc, "EXIF": kept.exif, "XMP": kept.xmp, "IPTC": kept.iptc, "DPI": kept.dpi}
    return [name for name, value in named.items() if value]
