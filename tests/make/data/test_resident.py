import numpy as np
import pytest
import torch
from tests.make.data.made import noise

from relume.errors import BadInputError
from relume.make.data.cutting import Flat, Slices
from relume.make.data.resident import Resident

META = torch.device("meta")


def pictures(count=3, size=(40, 50)):
    return {f"folder/{i}.png": noise(i, 3, *size) for i in range(count)}


def enlarged(samples, scale):
    return samples.repeat(scale, axis=1).repeat(scale, axis=2)


def test_the_generator_alone_decides_the_crops():
    data = Resident.of(pictures())
    first, again, other = (data.crops(6, 16, rng=np.random.default_rng(seed)).clean for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.dtype == torch.float32
    assert float(first.max()) <= 1


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_both_sides_of_a_pair_show_the_same_place_turned_alike(scale):
    small = [noise(i, 3, 20, 25) for i in range(3)]
    large = {str(i): enlarged(picture, scale) for i, picture in enumerate(small)}
    data = Resident.of(large, degraded=small, scale=scale)
    crops = data.crops(30, 8, rng=np.random.default_rng(0), scale=scale)
    assert crops.degraded.shape == (30, 3, 8 // scale, 8 // scale)
    assert torch.equal(crops.clean, crops.degraded.repeat_interleave(scale, 2).repeat_interleave(scale, 3))
    assert (data.paired, data.scale) == (True, scale)
    with pytest.raises(BadInputError, match=f"are {scale} times as large .* but crops at scale 3 .* Choose the layout"):
        data.crops(1, 12, rng=np.random.default_rng(0), scale=3)


def test_without_pairs_a_scale_only_asks_for_a_side_that_it_divides():
    data = Resident.of(pictures())
    assert data.crops(2, 8, rng=np.random.default_rng(0), scale=2).degraded is None
    with pytest.raises(BadInputError, match="A crop of scale 2 has a side that is a multiple of it, not 9"):
        data.crops(2, 9, rng=np.random.default_rng(0), scale=2)


def test_a_device_holds_all_pictures_within_its_budget_and_only_the_crops_beyond():
    data = Resident.of(pictures())
    assert data.size == 3 * 3 * 40 * 50
    inside, beyond = data.to(META, budget=data.size), data.to(META, budget=data.size - 1)
    assert isinstance(inside.clean, Flat)
    assert inside.clean.samples.device == META
    assert isinstance(beyond.clean, Slices)
    assert beyond.crops(2, 8, rng=np.random.default_rng(0)).clean.device == META
    assert isinstance(data.to("cpu").clean, Slices)


def test_the_parts_of_a_split_keep_pairs_shares_and_device():
    named = {f"folder/{i}.png": noise(i, 3, 8, 9) for i in range(200)}
    degraded = [255 - picture for picture in named.values()]
    parts = Resident.of(named, degraded=degraded, shares={"folder": 1.0}).split()
    for part in parts:
        crops = part.crops(5, 8, rng=np.random.default_rng(0))
        assert torch.allclose(crops.clean + crops.degraded, torch.ones(()), atol=1e-6)
        assert part.table.shares == {"folder": 1.0}
    assert sorted([*parts[0].names, *parts[1].names]) == sorted(named)


def test_no_picture_at_all_is_refused():
    with pytest.raises(BadInputError, match="No picture came to cut crops from. Give at least one"):
        Resident.of({})
