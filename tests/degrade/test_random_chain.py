import json

import pytest
import torch
from tests.degrade._pictures import picture

from relume.degrade import build, describe, parse
from relume.degrade.bicubic_downscale import BicubicDownscale
from relume.degrade.brightness import Brightness
from relume.degrade.random_chain import RandomChain
from relume.degrade.random_resize import RandomResize
from relume.errors import BadInputError

# x → 2x and x → x + 1 tell how often and in which order they ran.
DOUBLE, PLUS_ONE = Brightness(gain=2.0), Brightness(gain=1.0, shift=1.0)
ONE = torch.ones(1, 1, 2, 2)


def results(**options):
    chain = RandomChain(parts=(DOUBLE, PLUS_ONE), **options)
    return [float(chain(ONE, torch.Generator().manual_seed(seed)).mean()) for seed in range(200)]


def test_in_order_with_certainty_it_is_a_chain_repeated():
    assert set(results(shuffle=False, rounds=1)) == {3}
    assert set(results(shuffle=False, rounds=2)) == {7}


def test_shuffled_each_order_of_each_round_is_as_likely():
    found = results(rounds=2)
    # (2x + 1) or 2(x + 1), twice.
    assert {value: round(found.count(value) / 200, 1) for value in set(found)} == pytest.approx(
        {7: 0.25, 8: 0.25, 9: 0.25, 10: 0.25}, abs=0.11
    )


def test_each_part_has_its_chance():
    found = results(chances=(0.2, 0.0), rounds=1)
    assert set(found) == {1, 2}
    assert found.count(2) / 200 == pytest.approx(0.2, abs=0.08)


def test_ends_at_the_size_asked_for_whatever_the_parts_do():
    chain = RandomChain(parts=(RandomResize(back=False),), rounds=3, scale=4)
    assert chain(picture(40, 56), torch.Generator().manual_seed(0)).shape == (1, 3, 10, 14)


def test_with_no_part_taken_only_the_scale_is_left():
    clean = picture(40, 56)
    chain = RandomChain(parts=(DOUBLE,), chances=(0.0,), scale=2)
    torch.testing.assert_close(chain(clean, torch.Generator()), BicubicDownscale(scale=2)(clean, torch.Generator()))


def test_the_usual_chain_blurs_and_damages_every_picture_differently():
    clean = picture(48, 48).expand(3, -1, -1, -1)
    degraded = RandomChain(scale=2)(clean, torch.Generator().manual_seed(0))
    assert degraded.shape == (3, 3, 24, 24)
    assert len(degraded.flatten(1).unique(dim=0)) == 3
    error = degraded - BicubicDownscale()(clean, torch.Generator())
    assert 0.01 < float(error.std()) < 0.3


def test_json_brings_it_back():
    chain = RandomChain(parts=(DOUBLE, RandomChain()), chances=(0.5, 1.0), rounds=1, shuffle=False, scale=2)
    assert build(json.loads(json.dumps(describe(chain)))) == chain
    assert parse("random_chain:scale=4,chances=1|0.5|0.8|1") == RandomChain(scale=4, chances=(1.0, 0.5, 0.8, 1.0))


def test_what_does_not_fit_is_refused():
    with pytest.raises(BadInputError, match="random_chain takes one chance for each of its 2 parts, but got 1"):
        RandomChain(parts=(DOUBLE, PLUS_ONE), chances=(0.5,))
    with pytest.raises(BadInputError, match=r"each of chances lies in \[0, 1\], but came as 2"):
        RandomChain(parts=(DOUBLE,), chances=(2.0,))
    with pytest.raises(BadInputError, match=r"rounds is a whole number in \[1, 10\], but came as 0"):
        RandomChain(rounds=0)
    with pytest.raises(BadInputError, match=r"scale is a whole number in \[1, 16\], but came as 0"):
        RandomChain(scale=0)
    with pytest.raises(BadInputError, match=r"factor lies in \[0.02, 8\], but came as 0"):
        RandomResize(factor=0.0)
