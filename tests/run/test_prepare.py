from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relume
from relume.errors import ShapeMismatchError
from relume.image import Image
from relume.run.prepare import read_mask


def masks(folder: Path) -> list[Any]:
    """The same mask in every form that is taken."""
    flat = np.zeros((20, 30), bool)
    flat[5:10, 5:20] = True
    colour = (flat[..., None] * np.full(3, 255)).astype(np.uint8)
    Image.from_array(colour).save(folder / "mask.png")
    return [flat, flat.astype(np.float32), (flat * 255).astype(np.uint8), colour, folder / "mask.png"]


def test_a_mask_may_come_in_many_forms(tmp_path: Path) -> None:
    first, *others = [read_mask(mask, height=20, width=30) for mask in masks(tmp_path)]
    assert first is not None
    assert (first.min(), first.max(), first.sum()) == (0, 1, 75)
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ShapeMismatchError, match="The mask is 30x20, but the picture is 40x20"):
        read_mask(np.zeros((20, 30)), height=20, width=40)


def test_pixels_outside_the_mask_keep_every_bit(models: Path) -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 65536, (260, 300, 3)).astype(np.uint16)
    mask = np.zeros((260, 300), bool)
    mask[100:160, 40:220] = True
    restored = relume.denoise(picture, model="mean", noise_type="gaussian", sigma=0.0, mask=mask)
    np.testing.assert_array_equal(restored[~mask], picture[~mask])
    assert (restored[mask] != picture[mask]).mean() > 0.9
