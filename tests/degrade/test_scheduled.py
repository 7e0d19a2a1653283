import json

import pytest
import torch

from relume.degrade import Range, at_place, build, describe
from relume.degrade.bicubic_downscale import BicubicDownscale
from relume.degrade.brightness import Brightness
from relume.degrade.chain import Chain
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.mixture import Mixture
from relume.degrade.random_chain import RandomChain
from relume.degrade.scheduled import Scheduled
from relume.errors import BadInputError, ShapeMismatchError

DOUBLE = Brightness(gain=2.0)
ONES = torch.ones(5, 3, 4, 4)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("place", "value"), [(0.0, 1.2), (0.5, 1.5), (1.0, 1.8)])
def test_over_a_run_the_strength_goes_in_a_straight_line(place, value):
    schedule = Scheduled(part=DOUBLE, begin=0.2, end=0.8).at(place)
    torch.testing.assert_close(schedule(ONES, rng()), value * ONES)


def test_over_a_batch_the_last_picture_has_the_end():
    degraded = Scheduled(part=DOUBLE, over="batch")(ONES, rng())
    torch.testing.assert_close(degraded[:, 0, 0, 0], torch.tensor([1, 1.25, 1.5, 1.75, 2]))


def test_tells_the_noise_of_its_strength():
    schedule = Scheduled(part=GaussianNoise(sigma=0.2), over="batch", begin=1.0, end=0.0)
    clean = torch.full((3, 1, 100, 100), 0.5)
    degraded, sigma = schedule.with_sigma(clean, rng())
    torch.testing.assert_close(sigma[:, 0, 0, 0], torch.tensor([0.2, 0.1, 0.0]))
    torch.testing.assert_close((degraded - clean).std(dim=(1, 2, 3)), sigma[:, 0, 0, 0], rtol=0.05, atol=1e-7)


def test_json_brings_it_back():
    schedule = Scheduled(part=DOUBLE, begin=0.5, over="batch")
    assert build(json.loads(json.dumps(describe(schedule)))) == schedule


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeMismatchError, match=r"A schedule needs a part that keeps the size; \(5, 3, 4, 4\) became"):
        Scheduled(part=BicubicDownscale())(ONES, rng())
    with pytest.raises(BadInputError, match="A schedule tells the sigma of its part, but Brightness.* knows none"):
        Scheduled(part=DOUBLE).with_sigma(ONES, rng())
    for name in ("begin", "end", "place"):
        with pytest.raises(BadInputError, match=rf"{name} lies in \[0, 1\], but came as 2"):
            Scheduled(**{name: 2.0})


def test_a_place_of_the_run_reaches_what_is_scheduled_however_deep_it_lies():
    schedule = Scheduled(part=DOUBLE)
    deep = Chain(parts=(DOUBLE, RandomChain(parts=(schedule,), rounds=1), Mixture(parts=(schedule,))))
    moved = at_place(deep, 0.5)
    torch.testing.assert_close(moved(ONES, rng()), 2 * 1.5 * 1.5 * ONES)
    plain = Chain(parts=(GaussianNoise(sigma=Range(0.0, 0.2)), DOUBLE))
    assert at_place(plain, 0.5) is plain
