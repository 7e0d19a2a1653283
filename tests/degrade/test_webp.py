import io

import numpy as np
import PIL.Image
import pytest
import torch
from tests.degrade._pictures import picture

from relume.degrade import Range
from relume.degrade.webp import Webp
from relume.errors import BadInputError


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def loss(quality, clean):
    return float((Webp(quality=quality)(clean, rng()) - clean).square().mean())


@pytest.mark.parametrize("quality", [10, 80])
def test_is_what_libwebp_makes_of_it_through_pillow(quality):
    levels = (picture() * 255).round().byte()[0].permute(1, 2, 0).numpy()
    file = io.BytesIO()
    PIL.Image.fromarray(levels).save(file, "webp", quality=quality)
    expected = torch.from_numpy(np.asarray(PIL.Image.open(file)).copy()).permute(2, 0, 1).float()
    ours = Webp(quality=float(quality))(torch.from_numpy(levels).permute(2, 0, 1)[None] / 255, rng())[0] * 255
    # Two builds of libwebp need not agree on every bit.
    assert 10 * torch.log10(255**2 / (ours - expected).square().mean().clamp(min=1e-9)) > 40


def test_more_quality_less_loss():
    assert loss(5.0, picture()) > 1.5 * loss(50.0, picture()) > 1.5**2 * loss(95.0, picture())


def test_grey_and_other_channels_stay_apart():
    clean = torch.cat([picture(channels=1), picture(channels=1, seed=1)], dim=1)
    together = Webp()(clean, rng())
    assert together.shape == clean.shape
    torch.testing.assert_close(together[:, :1], Webp()(clean[:, :1], rng()))


def test_each_picture_has_its_own_quality():
    clean = picture(24, 24).expand(12, -1, -1, -1)
    degraded, quality = Webp(quality=Range(10.0, 90.0)).with_quality(clean, rng())
    assert len(quality[:, 0, 0, 0].unique()) > 6
    losses = (degraded - clean).square().mean(dim=(1, 2, 3))
    assert torch.corrcoef(torch.stack([losses, quality[:, 0, 0, 0]]))[0, 1] < -0.6


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"quality lies in \[1, 100\], but came as 0"):
        Webp(quality=0.0)
