"""DICOM: grey and RGB pictures of medical devices, written back with their attributes and a note of what was done."""

import copy
import io
import math
from io import BufferedIOBase
from typing import Any, ClassVar

import numpy as np

from relume.errors import CannotKeepError, UnreadableFileError
from relume.extras import need
from relume.files._limits import Limits
from relume.files._samples import Samples, Scale
from relume.files._source import Source
from relume.files._spool import Spool
from relume.files._streams import AbstractFamily, AbstractReader, Plan, Shape, StripReader, Wish
from relume.image import Kept

__all__ = ["Dicom"]

_SEEN = ("MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
_EXPLICIT = "1.2.840.10008.1.2.1"
HOUNSFIELD = (-1024.0, 3071.0)  # the 12 bits that scanners store
_DONE = "Restored with relume; not for primary diagnosis"


class Dicom(AbstractFamily):
    """DICOM through pydicom (extra `medical`), 8 or 16 bits, with and without a sign.

    In memory 0 and 1 are the smallest and the largest stored value (pixel padding apart); for MONOCHROME1, whose 0 is
    white, the other way round. Computed tomography has units: there 0 is -1024 and 1 is 3071 Hounsfield units, so that
    noise is as strong in one slice as in the next. Rescale slope, intercept and windows stay: they hold for what is
    written, too.
    """

    formats: ClassVar[tuple[str, ...]] = ("dicom",)
    readable: ClassVar[frozenset[str]] = frozenset({".dcm", ".dicom"})
    writable: ClassVar[dict[str, str]] = {".dcm": "dicom", ".dicom": "dicom"}

    def reader(self, source: Source, format: str, *, limits: Limits) -> AbstractReader:
        """The picture; its size is checked before its pixels are decoded."""
        data = _dataset(source)
        _check(data, limits)
        samples = _stored(data)
        shape = Shape(height=samples.shape[0], width=samples.shape[1], channels=samples.shape[2], has_alpha=False)
        scale = _scale(data, samples)
        frames = int(data.get("NumberOfFrames") or 1)
        kept = Kept(
            format="dicom",
            depth="uint8" if samples.dtype.itemsize == 1 else "uint16",
            span=scale.span,
            colour="grey" if shape.channels == 1 else "rgb",
            bits=int(data.BitsStored) if data.BitsStored not in (8, 16) else None,
            attributes=data,
            notes=(f"First of {frames} frames.",) if frames > 1 else (),
        )
        return StripReader(lambda top, rows: samples[top : top + rows], shape, scale, kept)

    def plan(self, kept: Kept, format: str, shape: Shape, wish: Wish) -> Plan:
        """How to write it: into the attributes that it came with, which only a DICOM has."""
        if kept.format != "dicom" or kept.attributes is None:
            raise CannotKeepError(
                "A DICOM is written only from a DICOM: patient, study and device are not invented. Write TIFF instead."
            )
        data = kept.attributes
        if shape.channels != data.SamplesPerPixel or shape.has_alpha:
            raise CannotKeepError(
                f"The DICOM had {data.SamplesPerPixel} channels, but the picture has {shape.bands}. Write TIFF instead."
            )
        if wish.depth not in (None, kept.depth):
            raise CannotKeepError(
                f"The DICOM keeps its depth, {kept.depth}, but {wish.depth} was asked for. Write TIFF."
            )
        signed, low, high = _range(data)
        dtype = np.dtype(f"{'i' if signed else 'u'}{data.BitsAllocated // 8}")
        scale = Scale(dtype=dtype, span=kept.span, low=low, high=high)
        return Plan(format=format, shape=shape, scale=scale, kept=kept, wish=wish)

    def encode(self, plan: Plan, spool: Spool, out: BufferedIOBase) -> list[str]:
        """Write the file's bytes; returns what turned out not to fit."""
        data, notes = _derived(plan.kept.attributes, plan.shape)
        body = np.ascontiguousarray(spool.array(), dtype=spool.dtype.newbyteorder("<")).tobytes()
        data.PixelData = body + b"\0" * (len(body) % 2)
        data["PixelData"].VR = "OB" if data.BitsAllocated == 8 else "OW"
        data.save_as(out, enforce_file_format=True)
        return notes


def _dataset(source: Source) -> Any:
    pydicom: Any = need("pydicom", extra="medical")
    origin = str(source.path) if source.path is not None else io.BytesIO(source.read_all())
    try:
        data = pydicom.dcmread(origin)
        for word in ("Rows", "Columns", "BitsAllocated", "BitsStored", "SamplesPerPixel", "PhotometricInterpretation"):
            getattr(data, word)
        data.get("PixelData")
    except Exception as error:
        raise UnreadableFileError(f"The DICOM holds no picture or is broken ({error}). Export it again.") from error
    return data


def _check(data: Any, limits: Limits) -> None:
    limits.check_size(int(data.Rows), int(data.Columns))
    frames = int(data.get("NumberOfFrames") or 1)
    wanted = int(data.Rows) * int(data.Columns) * int(data.SamplesPerPixel) * max(int(data.BitsAllocated) // 8, 1)
    limits.check_memory(2 * wanted, why="Decoding this DICOM")
    kind = data.PhotometricInterpretation
    if kind not in _SEEN or data.BitsAllocated not in (8, 16) or frames < 1 or data.SamplesPerPixel not in (1, 3):
        raise UnreadableFileError(
            f"A DICOM of 8 or 16 bits in MONOCHROME or RGB was expected, but this one has {data.BitsAllocated} bits "
            f"in {kind}. Convert it first."
        )
    if "PixelData" not in data:
        raise UnreadableFileError("The DICOM has no pixels (PixelData is missing). Export the picture itself.")


def _stored(data: Any) -> Samples:
    from pydicom.pixels.utils import pixel_array  # pyright: ignore[reportMissingImports]

    try:
        samples: np.ndarray = pixel_array(data, index=0, raw=False)
    except Exception as error:
        syntax = data.file_meta.TransferSyntaxUID.name if "TransferSyntaxUID" in data.file_meta else "unknown"
        if isinstance(error, RuntimeError | NotImplementedError | AttributeError):
            raise UnreadableFileError(
                f"The DICOM is compressed as {syntax}, for which no decoder is installed. "
                'Install one: pip install "pylibjpeg[all]", or decompress the file first.'
            ) from error
        raise UnreadableFileError(f"The DICOM's pixels are damaged ({error}). Export it again.") from error
    return samples[..., None] if samples.ndim == 2 else samples


def _range(data: Any) -> tuple[bool, float, float]:
    signed = bool(data.get("PixelRepresentation", 0))
    bits = int(data.BitsStored)
    return (True, -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1) if signed else (False, 0.0, 2.0**bits - 1)


def _scale(data: Any, samples: Samples) -> Scale:
    _, low, high = _range(data)
    if samples.shape[2] == 3:
        return Scale(dtype=samples.dtype, span=(low, high), low=low, high=high)
    if data.get("Modality") == "CT" and data.get("RescaleSlope") and "RescaleIntercept" in data:
        slope, intercept = float(data.RescaleSlope), float(data.RescaleIntercept)
        black, white = ((units - intercept) / slope for units in HOUNSFIELD)
        return Scale(dtype=samples.dtype, span=(black, white), low=low, high=high)
    padding = data.get("PixelPaddingValue")
    seen = samples[samples != padding] if padding is not None else samples
    seen = seen if seen.size else samples
    zero, one = float(seen.min()), float(seen.max())
    one = one if one > zero else zero + 1
    span = (one, zero) if data.PhotometricInterpretation == "MONOCHROME1" else (zero, one)
    return Scale(dtype=samples.dtype, span=span, low=low, high=high)


def _derived(original: Any, shape: Shape) -> tuple[Any, list[str]]:
    from pydicom.uid import UID, generate_uid  # pyright: ignore[reportMissingImports]

    data = copy.copy(original)
    data.file_meta = copy.deepcopy(original.file_meta)
    notes: list[str] = []
    if math.prod((data.Rows, data.Columns)) != shape.height * shape.width and "PixelSpacing" in data:
        factor = (data.Rows / shape.height, data.Columns / shape.width)
        data.PixelSpacing = [float(v) * f for v, f in zip(data.PixelSpacing, factor, strict=True)]
        notes.append("PixelSpacing was changed with the size.")
    data.Rows, data.Columns = shape.height, shape.width
    if data.SamplesPerPixel == 3:
        data.PhotometricInterpretation, data.PlanarConfiguration = "RGB", 0
    for word in ("NumberOfFrames", "SmallestImagePixelValue", "LargestImagePixelValue", "PixelDataProviderURL"):
        if word in data:
            del data[word]
    reference = _reference(original)
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    data.file_meta.TransferSyntaxUID = UID(_EXPLICIT)
    kind = list(data.get("ImageType") or ["ORIGINAL", "PRIMARY"])
    data.ImageType = ["DERIVED", *kind[1:]]
    before = str(data.get("DerivationDescription") or "")
    data.DerivationDescription = f"{before}; {_DONE}"[-1024:] if before else _DONE
    if reference is not None:
        data.SourceImageSequence = [reference]
    return data, notes


def _reference(original: Any) -> Any:
    from pydicom.dataset import Dataset  # pyright: ignore[reportMissingImports]

    if "SOPClassUID" not in original or "SOPInstanceUID" not in original:
        return None
    item = Dataset()
    item.ReferencedSOPClassUID = original.SOPClassUID
    item.ReferencedSOPInstanceUID = original.SOPInstanceUID
    return item
