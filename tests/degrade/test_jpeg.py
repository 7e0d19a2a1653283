import io

import numpy as np
import PIL.Image
import pytest
import torch
from tests.degrade._pictures import picture

from relume.degrade import Range
from relume.degrade._jpeg import _basis
from relume.degrade.jpeg import Jpeg
from relume.errors import BadInputError


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def pillow(levels, quality, *, halved):
    """What libjpeg makes of it, through Pillow."""
    array = levels[0].permute(1, 2, 0).byte().numpy()
    file = io.BytesIO()
    PIL.Image.fromarray(array.squeeze()).save(file, "jpeg", quality=quality, subsampling=2 if halved else 0)
    return torch.from_numpy(np.atleast_3d(np.asarray(PIL.Image.open(file))).copy()).permute(2, 0, 1)[None].float()


@pytest.mark.parametrize("quality", [5, 10, 30, 50, 75, 95, 100])
@pytest.mark.parametrize(("channels", "halved"), [(1, False), (3, False), (3, True)])
@pytest.mark.parametrize("size", [(72, 88), (61, 83)])  # the latter: no multiples of a block, odd for halved colour
def test_is_what_libjpeg_makes_of_it(quality, channels, halved, size):
    levels = (picture(*size, channels=channels) * 255).round()
    ours = Jpeg(quality=float(quality), halved=float(halved))(levels / 255, rng()) * 255
    error = ours - pillow(levels, quality, halved=halved)
    assert abs(error.mean()) < 0.25
    assert 10 * torch.log10(255**2 / error.square().mean()) > (45 if halved else 48)
    assert (error.abs() > 1.01).float().mean() < 0.1  # blocks in which a coefficient fell to the other side of a half


def test_gives_whole_levels_and_clips():
    levels = Jpeg(quality=90.0)(picture() * 1.6 - 0.3, rng()) * 255
    torch.testing.assert_close(levels, levels.round(), rtol=0, atol=1e-4)
    assert (levels.min(), levels.max()) == (0, 255)


def test_a_range_draws_a_whole_quality_for_each_picture_ends_included():
    degraded, told = Jpeg(quality=Range(10.0, 13.0)).with_quality(picture(16, 16).expand(400, -1, -1, -1), rng())
    qualities = (told[:, 0, 0, 0] * 100).round().int()
    counts = torch.bincount(qualities, minlength=14)[10:]
    assert counts.sum() == 400
    assert (counts > 70).all()
    assert told.shape == (400, 1, 16, 16)
    alone = Jpeg(quality=float(qualities[7]))(picture(16, 16), rng())
    torch.testing.assert_close(degraded[7:8], alone, rtol=0, atol=1.01 / 255)


def test_half_of_the_pictures_lose_colour_at_a_share_of_a_half():
    clean = picture(32, 32).expand(200, -1, -1, -1)
    full, small = (Jpeg(quality=95.0, halved=share)(clean[:1], rng()) for share in (0.0, 1.0))
    mixed = Jpeg(quality=95.0, halved=0.5)(clean, rng())
    is_full, is_small = (((mixed - one).abs().amax(dim=(1, 2, 3)) < 1e-6) for one in (full, small))
    assert (is_full ^ is_small).all()
    assert is_small.float().mean() == pytest.approx(0.5, abs=0.12)


def test_channels_that_are_no_colours_are_saved_one_by_one():
    clean = torch.cat([picture(), picture(seed=1)], dim=1)[:, :4]
    together = Jpeg()(clean, rng())
    for channel in range(4):
        torch.testing.assert_close(together[:, [channel]], Jpeg()(clean[:, [channel]], rng()), rtol=0, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_gradient_passes_as_if_nothing_was_rounded(channels):
    clean = picture(24, 24, channels=channels).double().clamp(0.1, 0.9).requires_grad_()
    weights = torch.rand(clean.shape, generator=rng(), dtype=torch.float64)
    (Jpeg(quality=40.0, halved=0.0)(clean, rng()) * weights).sum().backward()
    # Without rounding the way there and back is the identity, but where the result was clipped.
    assert (clean.grad - weights).abs().median() < 1e-5


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"quality lies in \[1, 100\], but came as 0"):
        Jpeg(quality=0.0)
    with pytest.raises(BadInputError, match=r"halved lies in \[0, 1\], but came as 2. It is the share of pictures"):
        Jpeg(halved=2.0)


def test_can_be_trained_through_after_a_use_in_inference_mode():
    _basis.cache_clear()
    clean = picture(16, 16)
    with torch.inference_mode():
        Jpeg()(clean, rng())
    clean.requires_grad_()
    Jpeg()(clean, rng()).sum().backward()
    assert clean.grad is not None
