from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from relume.image import Image, Pixels
from relume.make._pictures import dead_leaves


@cache
def leaves(seed: int, height: int = 128, width: int = 176) -> Pixels:
    """A picture with the statistics of a photograph; never written to."""
    pixels = dead_leaves(height, width, seed=seed)
    pixels.setflags(write=False)
    return pixels


def write(path: Path, pixels: Pixels, **options: object) -> Path:
    """As 8 bits, by Pillow."""
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray((pixels.clip(0, 1) * 255 + 0.5).astype(np.uint8)).save(path, **options)
    return path


@pytest.fixture
def leaves_() -> Callable[..., Pixels]:
    return leaves


@pytest.fixture
def write_() -> Callable[..., Path]:
    return write


@pytest.fixture
def image_() -> Callable[..., Image]:
    return lambda seed, **size: Image(pixels=leaves(seed, **size))
