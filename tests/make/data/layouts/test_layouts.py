"""The names that each data set really has → its pairs."""

import pytest

from relume.errors import BadInputError
from relume.make.data.layouts._text import parse
from relume.make.data.pictures import Picture

# Layout, names of a pair's clean and degraded side, names that have no part in it.
SETS = [
    ("plain", [("a.png", None), ("b.jpg", None)], []),
    ("pairs", [("clean/a.png", "degraded/a.jpg"), ("clean/x/b.png", "degraded/x/b.png")], ["readme.png"]),
    ("pairs", [("Canon_bag_clean.jpg", "Canon_bag_noisy.jpg"), ("a-clean.png", "a-noisy.png")], ["clean.png"]),
    ("pairs:clean=gt,degraded=lq|blur", [("t/gt/1.png", "t/lq/1.png"), ("gt/2.png", "blur/2.png")], ["clean/1.png"]),
    (
        "div2k:scale=3",
        [("DIV2K_train_HR/0001.png", "DIV2K_train_LR_bicubic/X3/0001x3.png")],
        ["DIV2K_train_LR_bicubic/X2/0001x2.png", "DIV2K_valid_HR/0801.png", "DIV2K_train_LR_unknown/X3/0001x3.png"],
    ),
    (
        "div2k:part=valid,track=unknown",
        [("all/DIV2K_valid_HR/0801.png", "all/DIV2K_valid_LR_unknown/X2/0801x2.png")],
        ["all/DIV2K_train_HR/0001.png"],
    ),
    (
        "flickr2k",
        [("Flickr2K_HR/000001.png", "Flickr2K_LR_bicubic/X2/000001x2.png")],
        ["Flickr2K_LR_unknown/X2/000001x2.png"],
    ),
    (
        "gopro",
        [
            ("train/GOPR0372_07_00/sharp/000047.png", "train/GOPR0372_07_00/blur/000047.png"),
            ("train/GOPR0374_11_00/sharp/000047.png", "train/GOPR0374_11_00/blur/000047.png"),
        ],
        ["train/GOPR0372_07_00/blur_gamma/000047.png", "test/GOPR0384_11_00/sharp/000001.png"],
    ),
    ("gopro:blur=blur_gamma,part=test", [("test/G/sharp/1.png", "test/G/blur_gamma/1.png")], ["test/G/blur/1.png"]),
    (
        "sidd",
        [
            ("Data/0001_001_S6_00100_L/0001_GT_SRGB_010.PNG", "Data/0001_001_S6_00100_L/0001_NOISY_SRGB_010.PNG"),
            ("Data/0002_001_S6/GT_SRGB_010.PNG", "Data/0002_001_S6/NOISY_SRGB_010.PNG"),
            ("Data/0002_001_S6/GT_SRGB_011.PNG", "Data/0002_001_S6/NOISY_SRGB_011.PNG"),
        ],
        ["overview.png"],
    ),
    ("lol", [("our485/high/2.png", "our485/low/2.png")], ["eval15/high/1.png", "eval15/low/1.png"]),
    (
        "reds",
        [
            ("train_sharp/000/00000000.png", "train_blur/000/00000000.png"),
            ("train_sharp/001/00000000.png", "train_blur/001/00000000.png"),
        ],
        ["val_sharp/000/00000000.png", "train_blur_comp/000/00000000.png"],
    ),
    ("reds:track=sharp_bicubic,part=val", [("val/val_sharp/000/1.png", "val/val_sharp_bicubic/X4/000/1.png")], []),
]
PAIRED = [entry for entry in SETS if entry[0] != "plain"]


def pictures(names):
    return [Picture(name=f"SET/{name}", place=f"/data/SET/{name}", fetch=lambda: b"") for name in names]


def flat(pairs):
    return [name for pair in pairs for name in pair if name]


@pytest.mark.parametrize(("text", "pairs", "others"), SETS)
def test_pairs_are_found_by_name_and_what_has_no_part_is_left_out(text, pairs, others):
    found = parse(text)(pictures(sorted([*flat(pairs), *others])))
    names = [(pair.clean.name, pair.degraded.name if pair.degraded else None) for pair in found]
    expected = [(f"SET/{clean}", f"SET/{degraded}" if degraded else None) for clean, degraded in pairs]
    assert sorted(names, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(("text", "pairs", "others"), PAIRED)
def test_a_picture_without_a_partner_is_named(text, pairs, others):
    lonely = pairs[-1][0]
    with pytest.raises(BadInputError, match=f"1 pictures have no partner, /data/SET/{lonely} for one; .*. Add"):
        parse(text)(pictures([*flat(pairs[:-1]), lonely, *others]))


@pytest.mark.parametrize("text", sorted({text for text, *_ in PAIRED}))
def test_another_data_set_is_refused_with_what_was_expected(text):
    with pytest.raises(BadInputError, match="No pair was found; .* beside .* is expected. One .*holiday/1.png"):
        parse(text)(pictures(["holiday/1.png"]))


def test_two_pictures_for_one_place_are_refused():
    names = ["clean/a.png", "clean/a.jpg", "degraded/a.png"]
    with pytest.raises(BadInputError, match=r"clean/a.jpg and .*clean/a.png are both the clean picture of a. Take"):
        parse("pairs")(pictures(names))
