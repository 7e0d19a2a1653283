"""A listed picture to samples: 8 bits stay 8, 16 stay 16, Hounsfield units get a window."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Shaped

from relume import files
from relume.errors import BadInputError, MissingExtraError, RelumeError, UnreadableFileError
from relume.image import Kept, Pixels
from relume.make.data.pictures import Picture

LUMA = (0.299, 0.587, 0.114)  # BT.601, what image libraries turn colour into grey with
PEAKS: dict[np.dtype, int] = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}

Samples = Shaped[np.ndarray, "_c _h _w"]  # uint8 or uint16


@dataclass(frozen=True, kw_only=True)
class Window:
    """The Hounsfield units that are 0 and 1; what lies beyond is clipped.

    >>> Window(low=-1000, high=1000)
    Window(low=-1000, high=1000)
    """

    low: float = -1024.0
    high: float = 3071.0

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise BadInputError(f"A window goes up, but it is {self.low} to {self.high}. Give low below high.")

    def __call__(self, pixels: Pixels, kept: Kept) -> Pixels:
        """Pixels of a DICOM in its own span (`relume.files`) as pixels in this window."""
        zero, one = kept.span
        data: Any = kept.attributes
        slope, intercept = float(data.get("RescaleSlope") or 1), float(data.get("RescaleIntercept") or 0)
        stored = np.rint(pixels.astype(np.float64) * (one - zero) + zero)
        hounsfield = stored * slope + intercept
        return ((hounsfield - self.low) / (self.high - self.low)).astype(np.float32)


SCANNER = Window()  # the 12 bits that scanners store


@dataclass(frozen=True, kw_only=True)
class Decoder:
    """Pictures as samples `c h w`: uint8 where the file has 8 bits, uint16 where it has more or is a float.

    Attributes:
        channels: 3 (grey becomes three equal ones) or 1 (colour becomes BT.601 luma).
        window: of CT pictures (DICOM of modality CT); other DICOM pictures go from their least to their largest value.
    """

    channels: int = 3
    window: Window = SCANNER

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise BadInputError(f"Crops have 1 or 3 channels, but channels is {self.channels}.")

    def __call__(self, picture: Picture) -> Samples:
        """Decoded whole; a picture that is broken or of no use is named, with what to do."""
        try:
            image = files.open(picture.fetch())
            if _is_ct(image.kept):
                return _samples(self._fitting(self.window(image.pixels, image.kept)), depth="uint16")
            return _samples(self._fitting(image.pixels), depth=image.kept.depth)
        except MissingExtraError:
            raise
        except (RelumeError, OSError) as error:
            raise _unusable(picture, error) from error

    def measure(self, picture: Picture) -> tuple[int, int, int]:
        """Height, width, and bytes once decoded; of its header alone where the format has one."""
        try:
            with files.reader(picture.fetch()) as strips:
                _check_channels(strips.channels)
                bytes_each = 1 if strips.kept.depth == "uint8" and not _is_ct(strips.kept) else 2
                size = strips.height * strips.width * self.channels * bytes_each
                return strips.height, strips.width, size
        except MissingExtraError:
            raise
        except (RelumeError, OSError) as error:
            raise _unusable(picture, error) from error

    def _fitting(self, pixels: Pixels) -> Float32[np.ndarray, "h w _"]:
        _check_channels(pixels.shape[2])
        if self.channels == 1 and pixels.shape[2] == 3:
            return (pixels @ np.array(LUMA, np.float32))[..., None]
        return np.broadcast_to(pixels, (*pixels.shape[:2], self.channels))


def _samples(pixels: Float32[np.ndarray, "h w c"], *, depth: str) -> Samples:
    if not np.isfinite(pixels).all():
        raise BadInputError("It has NaN or infinite pixels.")
    dtype = np.dtype(np.uint8 if depth == "uint8" else np.uint16)
    whole = np.rint(pixels.clip(0, 1) * np.float32(PEAKS[dtype])).astype(dtype)
    return np.ascontiguousarray(whole.transpose(2, 0, 1))


def _check_channels(channels: int) -> None:
    if channels not in (1, 3):
        raise BadInputError(f"It has {channels} channels; a corpus holds grey and RGB pictures.")


def _is_ct(kept: Kept) -> bool:
    return kept.format == "dicom" and kept.attributes is not None and kept.attributes.get("Modality") == "CT"


def _unusable(picture: Picture, error: Exception) -> UnreadableFileError:
    return UnreadableFileError(
        f"{picture.place} cannot be trained on. {error} Take it out or replace it, or leave such pictures out "
        'with --skip-broken (broken="skip" in Python), which reports them.'
    )
