import json

import pytest
import torch

from relume.degrade import build, describe, parse
from relume.degrade.bicubic_downscale import BicubicDownscale
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.jpeg import Jpeg
from relume.degrade.mixture import Mixture
from relume.degrade.salt_pepper_noise import SaltPepperNoise
from relume.errors import BadInputError

CLEAN = torch.linspace(0.2, 0.8, 400).view(400, 1, 1, 1).expand(400, 1, 8, 8)
# Strengths that tell the parts apart: none, and everything turned black.
LEFT, BLACK = SaltPepperNoise(share=0.0), SaltPepperNoise(share=1.0, salt=0.0)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_each_picture_is_degraded_by_one_of_the_parts_in_its_place():
    degraded = Mixture(parts=(LEFT, BLACK), shares=(3.0, 1.0))(CLEAN, rng())
    black = (degraded == 0).all(dim=(1, 2, 3))
    assert float(black.float().mean()) == pytest.approx(0.25, abs=0.07)
    assert torch.equal(degraded[~black], CLEAN[~black])


def test_per_batch_one_part_does_it_all():
    batches = [Mixture(parts=(LEFT, BLACK), per_batch=True)(CLEAN[:4], rng(seed)) for seed in range(40)]
    black = [not batch.any() for batch in batches]
    assert all(one or torch.equal(batch, CLEAN[:4]) for one, batch in zip(black, batches, strict=True))
    assert 8 < sum(black) < 32


def test_tells_each_pictures_own_sigma():
    mixture = Mixture(parts=(GaussianNoise(sigma=0.0), GaussianNoise(sigma=0.1)))
    degraded, sigma = mixture.with_sigma(CLEAN, rng())
    noisy = (degraded - CLEAN).flatten(1).std(dim=1) > 0.02
    torch.testing.assert_close(sigma[:, 0, 0, 0], 0.1 * noisy.float())


def test_tells_each_pictures_own_quality():
    mixture = Mixture(parts=(Jpeg(quality=10.0), Jpeg(quality=90.0)))
    degraded, quality = mixture.with_quality(CLEAN, rng())
    assert {round(one, 3) for one in quality.unique().tolist()} == {0.1, 0.9}
    assert torch.equal(degraded, mixture(CLEAN, rng()))


def test_parts_may_change_the_size():
    parts = (BicubicDownscale(), BicubicDownscale(scale=2))
    assert Mixture(parts=parts)(CLEAN, rng()).shape == (400, 1, 4, 4)


def test_json_brings_it_back():
    mixture = Mixture(parts=(LEFT, Mixture(parts=(GaussianNoise(),))), shares=(0.5, 0.25), per_batch=True)
    text = json.dumps(describe(mixture))
    assert build(json.loads(text)) == parse(text) == mixture


def test_what_a_part_does_not_know_cannot_be_told():
    with pytest.raises(
        BadInputError, match="A mixture tells sigma if all of its parts do, but SaltPepperNoise.* does not"
    ):
        Mixture(parts=(GaussianNoise(), LEFT)).with_sigma(CLEAN, rng())
    with pytest.raises(BadInputError, match="A mixture tells quality if all of its parts do, but GaussianNoise"):
        Mixture(parts=(GaussianNoise(),)).with_quality(CLEAN, rng())


@pytest.mark.parametrize("shares", [(1.0,), (0.0, 0.0), (1.0, -1.0)])
def test_shares_that_do_not_fit_are_refused(shares):
    with pytest.raises(BadInputError, match="mixture takes one share .* for each of its 2 parts, but shares came as"):
        Mixture(parts=(LEFT, BLACK), shares=shares)
