import numpy as np
import pytest
import torch
from tests.make.data.made import noise

from relume.make.data.cutting import Flat, Slices
from relume.make.data.places import Places, Table

CPU = torch.device("cpu")
SHAPES = [(40, 50), (64, 33), (30, 90)]


def everywhere(side):
    """Places in all eight ways, in the corners and elsewhere."""
    corners = ((0, 0), (5, 7), (30 - side, 33 - side))
    rows = [(i, *at, turns, flipped) for i in range(3) for at in corners for turns in range(4) for flipped in (0, 1)]
    picture, top, left, turns, flipped = np.array(rows).T
    return Places(picture=picture, top=top, left=left, turns=turns, flipped=flipped, side=side)


def slowly(pictures, places):
    """Crop by crop as torch has it, the division in NumPy."""
    for crop, index in enumerate(places.picture):
        top, left, side = places.top[crop], places.left[crop], places.side
        picture = pictures[index]
        view = torch.from_numpy(picture[:, top : top + side, left : left + side].astype(np.float32))
        view = torch.rot90(view, int(places.turns[crop]), dims=(1, 2))
        view = view.flip(2) if places.flipped[crop] else view
        yield torch.from_numpy(view.numpy() / np.float32(np.iinfo(picture.dtype).max))


@pytest.mark.parametrize("depths", [(np.uint8,) * 3, (np.uint16,) * 3, (np.uint8, np.uint16, np.uint8)])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_gather_and_slices_are_equal_to_the_last_bit_and_to_crops_made_one_by_one(depths, channels):
    pictures = [noise(i, channels, *s, depth=d) for i, (s, d) in enumerate(zip(SHAPES, depths, strict=True))]
    places = everywhere(12)
    expected = torch.stack(list(slowly(pictures, places)))
    assert torch.equal(Slices(pictures).cut(places), expected)
    assert torch.equal(Flat.of(pictures, CPU).cut(places), expected)


def test_a_part_of_a_flat_store_gives_the_crops_of_those_pictures():
    pictures = [noise(i, 3, *size) for i, size in enumerate(SHAPES)]
    table = Table(names=["a", "b"], sizes=[SHAPES[2], SHAPES[0]])
    places = table.draw(20, 16, rng=np.random.default_rng(0))
    flat = Flat.of(pictures, CPU)
    assert torch.equal(flat.part([2, 0]).cut(places), Slices(pictures).part([2, 0]).cut(places))
    assert flat.part([2, 0]).samples.data_ptr() == flat.samples.data_ptr()


def test_a_flat_store_gives_the_pictures_back():
    pictures = [noise(0, 3, 5, 7), noise(1, 3, 4, 3, depth=np.uint16), noise(2, 3, 6, 2)]
    for picture, back in zip(pictures, Flat.of(pictures, CPU), strict=True):
        assert back.dtype == picture.dtype
        np.testing.assert_array_equal(back, picture)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gathers_the_very_same_numbers():
    depths = (np.uint8, np.uint16, np.uint8)
    pictures = [noise(i, 3, *s, depth=d) for i, (s, d) in enumerate(zip(SHAPES, depths, strict=True))]
    places = everywhere(12)
    assert torch.equal(Flat.of(pictures, torch.device("cuda")).cut(places).cpu(), Slices(pictures).cut(places))
