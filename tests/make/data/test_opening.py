import shutil
import zipfile

import numpy as np
import pytest
import torch
from tests.make.data.made import noise, write

from relume.errors import BadInputError, ShapeMismatchError, UnreadableFileError
from relume.make.data.opening import Reading, open_data
from relume.make.data.resident import Resident
from relume.make.data.streaming import Streaming


def crops(data, seed=0, side=16):
    return data.crops(6, side, rng=np.random.default_rng(seed))


def broken(path):
    path.write_bytes(path.read_bytes()[:2000])


def test_pictures_come_folder_by_folder_in_the_order_of_names(folder):
    write(folder.parent / "a" / "x.png", noise(9, 3, 20, 20))
    data = open_data(folder.parent, ["photos", "a"])
    assert isinstance(data, Resident)
    assert list(data.names) == [*(f"photos/{i}.png" for i in range(4)), "a/x.png"]
    for samples, seed in zip(data.clean, [0, 1, 2, 3, 9], strict=True):
        np.testing.assert_array_equal(samples, noise(seed, *samples.shape))


def test_packing_a_folder_changes_neither_names_nor_digest_nor_crops(folder, tmp_path):
    loose = open_data(tmp_path, ["photos"])
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as packed:
        for path in sorted(folder.iterdir(), reverse=True):
            packed.write(path, path.name)
    shutil.rmtree(folder)
    data = open_data(tmp_path, ["photos"])
    assert (data.names, data.digest()) == (loose.names, loose.digest())
    assert torch.equal(crops(data).clean, crops(loose).clean)


def test_what_fits_the_memory_limit_is_decoded_once_and_what_does_not_streams(folder):
    size = open_data(folder.parent, ["photos"]).size
    kinds = [type(open_data(folder.parent, ["photos"], reading=Reading(memory_limit=size - less))) for less in (0, 1)]
    assert kinds == [Resident, Streaming]


def test_shares_go_to_the_folders_in_their_order(folder):
    write(folder.parent / "a" / "x.png", np.zeros((3, 20, 20), np.uint8))
    data = open_data(folder.parent, ["photos", "a"], shares=[0.1, 0.9])
    assert data.table.shares == {"photos": 0.1, "a": 0.9}
    black = (crops(data, side=8).clean.amax(dim=(1, 2, 3)) == 0).float().mean()
    assert black > 0.5
    for folders, shares in ((["photos", "a"], [1.0]), (["photos", "photos"], [0.5, 0.5])):
        with pytest.raises(BadInputError, match="Each folder has its own name and one share, but the folders"):
            open_data(folder.parent, folders, shares=shares)


def test_a_layout_pairs_by_name_and_finds_the_scale(tmp_path):
    for i in range(2):
        small = noise(i, 3, 20, 24)
        large = small.repeat(2, axis=1).repeat(2, axis=2)
        write(tmp_path / "DIV2K" / "DIV2K_train_LR_bicubic" / "X2" / f"000{i}x2.png", small)
        # One row more than twice the small picture: it is never cut.
        write(tmp_path / "DIV2K" / "DIV2K_train_HR" / f"000{i}.png", np.pad(large, ((0, 0), (0, 1), (0, 0))))
    data = open_data(tmp_path, ["DIV2K"], layout="div2k:scale=2")
    assert (data.paired, data.scale, set(data.table.sizes)) == (True, 2, {(40, 48)})
    both = crops(data, side=38)
    assert torch.equal(both.clean, both.degraded.repeat_interleave(2, 2).repeat_interleave(2, 3))


def test_sizes_that_do_not_belong_together_are_refused(tmp_path):
    write(tmp_path / "set" / "clean" / "a.png", noise(0, 3, 40, 40))
    write(tmp_path / "set" / "noisy" / "a.png", noise(0, 3, 39, 40))
    with pytest.raises(ShapeMismatchError, match=r"clean/a.png has 40 x 40 pixels and set/noisy/a.png 40 x 39. Check"):
        open_data(tmp_path, ["set"], layout="pairs")
    write(tmp_path / "set" / "noisy" / "a.png", noise(0, 3, 20, 20))
    write(tmp_path / "set" / "clean" / "b.png", noise(0, 3, 40, 40))
    write(tmp_path / "set" / "noisy" / "b.png", noise(0, 3, 40, 40))
    with pytest.raises(ShapeMismatchError, match=r"clean/a.png has 2 and set/clean/b.png another. Train on one scale"):
        open_data(tmp_path, ["set"], layout="pairs")


@pytest.mark.parametrize("limit", [10**9, 1000])
def test_a_broken_picture_is_refused_by_name_or_left_out_and_reported(folder, limit):
    whole = open_data(folder.parent, ["photos"])
    broken(folder / "2.png")
    (folder / "4.png").write_bytes(b"no picture at all")
    with pytest.raises(
        UnreadableFileError, match=r'photos/.\.png cannot be trained on. .* --skip-broken \(broken="skip"'
    ):
        open_data(folder.parent, ["photos"], reading=Reading(memory_limit=limit))
    data = open_data(folder.parent, ["photos"], reading=Reading(memory_limit=limit, broken="skip"))
    assert list(data.names) == [f"photos/{i}.png" for i in (0, 1, 3)]
    assert {one.name for one in data.skipped} == {"photos/2.png", "photos/4.png"}
    assert all("cannot be trained on" in one.reason for one in data.skipped)
    kept = whole.part([0, 1, 3])
    assert data.digest() == kept.digest()
    assert torch.equal(crops(data).clean, crops(kept).clean)


def test_a_corpus_of_broken_pictures_is_refused_even_then(folder):
    for path in folder.iterdir():
        broken(path)
    with pytest.raises(BadInputError, match="Not one of 4 pictures can be read. .*cannot be trained on"):
        open_data(folder.parent, ["photos"], reading=Reading(broken="skip"))


def test_what_cannot_be_opened_says_what_to_do(folder):
    with pytest.raises(BadInputError, match="No folder was given to look for pictures in .* Name at least one"):
        open_data(folder.parent, [])
    with pytest.raises(BadInputError, match='broken is "refuse" or "skip", but came as \'ignore\''):
        Reading(broken="ignore")
