import hashlib

import cv2
import numpy as np
import pytest
import torch

from relume.errors import BadInputError
from relume.make.corpus import Corpus


def corpus(*shapes, names=None):
    rng = np.random.default_rng(0)
    pictures = [torch.from_numpy(rng.integers(0, 256, (3, *shape)).astype(np.uint8)) for shape in shapes]
    return Corpus(pictures, names or [f"folder/{index}.png" for index in range(len(shapes))])


def where(crop, picture):
    """All places, turns and flips of a picture that show this crop."""
    side = crop.shape[1]
    windows = picture.unfold(1, side, 1).unfold(2, side, 1)  # 3 y x side side
    found = []
    for turns in range(4):
        for flipped in (False, True):
            back = torch.rot90(crop.flip(2) if flipped else crop, -turns, dims=(1, 2))
            match = (windows == back[:, None, None]).all(dim=(0, 3, 4))
            found += [(*map(int, place), turns, flipped) for place in match.nonzero()]
    return found


def test_crops_are_pieces_of_the_pictures_turned_and_flipped_in_all_eight_ways():
    small = corpus((20, 17))
    crops = small.crops(120, 8, rng=np.random.default_rng(1))
    found = [where(crop, small.pictures[0]) for crop in crops]
    assert all(len(places) == 1 for places in found)
    rows, columns, turns, flips = (set(column) for column in zip(*(places[0] for places in found), strict=True))
    assert (rows, columns) == (set(range(13)), set(range(10)))
    assert (turns, flips) == (set(range(4)), {False, True})


def test_the_generator_alone_decides_the_crops():
    first, again, other = (
        corpus((40, 50), (30, 60)).crops(6, 16, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_picture_is_as_likely_as_it_is_large_and_too_small_ones_are_left_out():
    flat = [
        torch.full((3, *shape), value, dtype=torch.uint8) for value, shape in enumerate([(40, 40), (80, 60), (7, 900)])
    ]
    crops = Corpus(flat, ["a", "b", "c"]).crops(4000, 8, rng=np.random.default_rng(0))
    shares = torch.bincount(crops[:, 0, 0, 0].int(), minlength=3) / 4000
    assert shares.tolist() == pytest.approx([0.25, 0.75, 0], abs=0.03)


def test_each_folder_gets_its_share_of_the_crops_and_within_it_size_decides():
    flat = [
        torch.full((3, *shape), value, dtype=torch.uint8)
        for value, shape in enumerate([(40, 40), (80, 60), (8, 8), (7, 900)])
    ]
    both = Corpus(flat, ["a/0", "a/1", "b/2", "c/3"], {"a": 0.6, "b": 0.3, "c": 0.1})
    crops = both.crops(4000, 8, rng=np.random.default_rng(0))
    shares = torch.bincount(crops[:, 0, 0, 0].int(), minlength=4) / 4000
    # c has no picture that is large enough: the others take its share.
    assert shares.tolist() == pytest.approx([0.5 / 3, 0.5, 1 / 3, 0], abs=0.03)
    kept, held = both.split()
    assert kept.shares == held.shares == both.shares


def test_the_name_alone_decides_what_is_held_out():
    names = [f"folder/{index}.png" for index in range(400)]
    many = corpus(*[(1, 1)] * 400, names=names)
    training, held_out = many.split()
    assert not set(training.names) & set(held_out.names)
    assert sorted([*training.names, *held_out.names]) == sorted(names)
    assert 4 <= len(held_out.names) <= 20  # about one in forty
    # Other pictures, another order, other company: the same names are held out.
    some = corpus(*[(2, 3)] * 200, names=names[::-2]).split()[1].names
    assert set(some) == set(held_out.names) & set(names[::-2])


def test_the_digest_tells_names_and_pixels_apart():
    one = corpus((4, 5), (6, 7))
    digest = hashlib.sha256()
    for name, picture in zip(one.names, one.pictures, strict=True):
        digest.update(name.encode() + picture.numpy().tobytes())
    assert one.digest() == digest.hexdigest()
    assert one.digest() != Corpus(one.pictures[::-1], one.names).digest()
    assert one.digest() != Corpus(one.pictures, ["x", "y"]).digest()


def test_folders_are_read_in_the_order_of_names_and_grey_becomes_three_equal_channels(tmp_path):
    colour = np.random.default_rng(0).integers(0, 256, (9, 12, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "b.png"), colour[..., ::-1])
    cv2.imwrite(str(tmp_path / "a.png"), colour[..., 0])
    (tmp_path / "notes.txt").write_text("no picture")
    read = Corpus.read([tmp_path])
    assert list(read.names) == [f"{tmp_path.name}/a.png", f"{tmp_path.name}/b.png"]
    np.testing.assert_array_equal(read.pictures[0], np.broadcast_to(colour[..., 0], (3, 9, 12)))
    np.testing.assert_array_equal(read.pictures[1], colour.transpose(2, 0, 1))


def test_what_cannot_be_trained_on_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(BadInputError, match=r"No picture in .*. Give folders that hold pictures"):
        Corpus.read([tmp_path])
    with pytest.raises(BadInputError, match=r"missing is no folder. Give the directory that holds"):
        Corpus.read([tmp_path / "missing"])
    with pytest.raises(BadInputError, match=r"No picture is at least 8 pixels high and wide. Choose a smaller crop"):
        corpus((7, 30)).crops(1, 8, rng=np.random.default_rng(0))
    with pytest.raises(BadInputError, match=r"Nothing is left to train on beside the held-out two/012.png"):
        corpus((8, 8), names=["two/012.png"]).split()
