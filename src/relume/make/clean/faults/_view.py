"""A picture as faults look at it: each measure is taken once, and only when somebody asks for it."""

from functools import cached_property

import numpy as np
from jaxtyping import Float32

from relume.assess.jpeg import Jpeg, JpegFindings
from relume.assess.light import Light, LightFindings
from relume.assess.noise import Noise, NoiseFindings
from relume.assess.resolution import Resolution, ResolutionFindings
from relume.assess.sharpness import Sharpness, SharpnessFindings
from relume.image import Image, Pixels

_SIDE = 2048  # pixels of the part in the middle whose blocks are looked at
_FEW = 20  # blocks, below which a tenth says nothing


class View:
    """One picture and what `relume.assess` measures of it.

    >>> View(Image(pixels=np.zeros((32, 48, 3), np.float32))).texture.shape
    (6,)
    """

    def __init__(self, image: Image) -> None:
        self.image = image

    @cached_property
    def noise(self) -> NoiseFindings:
        """Level and kind of the noise."""
        return Noise()(self.image)

    @cached_property
    def sharpness(self) -> SharpnessFindings:
        """Blur of the edges."""
        return Sharpness()(self.image)

    @cached_property
    def light(self) -> LightFindings:
        """Exposure and contrast."""
        return Light()(self.image)

    @cached_property
    def jpeg(self) -> JpegFindings:
        """Traces of JPEG."""
        return Jpeg()(self.image)

    @cached_property
    def resolution(self) -> ResolutionFindings:
        """The finest detail."""
        return Resolution()(self.image)

    @cached_property
    def texture(self) -> Float32[np.ndarray, " n"]:
        """Standard deviation of brightness in each block of 16 x 16 pixels, in units of [0, 1], less the noise's."""
        # The mean of channels has less noise; in 256 pixels its variance is found a fifth too large now and then.
        noise = 1.2 * (self.noise.sigma_mean or 0.0) ** 2 / self.image.channels
        deviations = _blocks(self._middle.mean(2, keepdims=True), 16).std(axis=(2, 3))[:, 0]
        return np.sqrt(np.maximum(deviations**2 - noise, 0)).astype(np.float32)

    @cached_property
    def unrest(self) -> Float32[np.ndarray, " n"]:
        """Standard deviation in each block of 8 x 8 pixels, of the channel that varies most, noise and all."""
        return _blocks(self._middle, 8).std(axis=(2, 3)).max(1)

    @cached_property
    def kinship(self) -> float:
        """Correlation of neighbouring pixels' brightness in the calmest tenth of the blocks: near 0 for white noise."""
        rest = self._calmest.mean(1)
        across, down = float((rest[:, :, 1:] * rest[:, :, :-1]).mean()), float((rest[:, 1:] * rest[:, :-1]).mean())
        return (across + down) / 2 / max(float((rest**2).mean()), 1e-12)

    @cached_property
    def colour(self) -> float | None:
        """Share of what varies in the calmest tenth of the blocks that is colour; None where all is grey."""
        apart = self._calmest - self._calmest.mean(1, keepdims=True)
        share = float((apart**2).sum()) / max(float((self._calmest**2).sum()), 1e-12)
        return share if share > 1e-6 else None

    @cached_property
    def _calmest(self) -> Float32[np.ndarray, "n c s s"]:
        """Less their means."""
        blocks = _blocks(self._middle, 8)
        inside = (blocks.min(axis=(1, 2, 3)) > 0) & (blocks.max(axis=(1, 2, 3)) < 1)  # clipping would pass for calm
        if inside.sum() >= _FEW:
            blocks = blocks[inside]
        if not len(blocks):
            return np.zeros((1, 1, 8, 8), np.float32)
        order = np.argsort(blocks.std(axis=(2, 3)).max(1))
        calmest = blocks[order[: max(_FEW, len(blocks) // 10)]]
        return calmest - calmest.mean(axis=(2, 3), keepdims=True)

    @property
    def _middle(self) -> Pixels:
        tops = [max(0, side - _SIDE) // 2 for side in self.image.pixels.shape[:2]]
        return self.image.pixels[tops[0] : tops[0] + _SIDE, tops[1] : tops[1] + _SIDE]


def _blocks(pixels: Pixels, side: int) -> Float32[np.ndarray, "n c s s"]:
    rows, columns, channels = pixels.shape[0] // side, pixels.shape[1] // side, pixels.shape[2]
    blocks = pixels[: rows * side, : columns * side].reshape(rows, side, columns, side, channels)
    return blocks.transpose(0, 2, 4, 1, 3).reshape(-1, channels, side, side)
