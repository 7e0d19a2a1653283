import numpy as np
import PIL.Image
import pytest
from skimage.metrics import peak_signal_noise_ratio

from relume.cli import _sheet


@pytest.fixture
def pair(picture, tmp_path):
    clean = picture(tmp_path / "clean.png", seed=0)
    pixels = np.asarray(PIL.Image.open(clean)).copy()
    other = np.clip(pixels.astype(int) + np.random.default_rng(1).integers(-9, 9, pixels.shape), 0, 255).astype(
        np.uint8
    )
    PIL.Image.fromarray(other).save(tmp_path / "restored.png")
    return tmp_path / "restored.png", clean, other, pixels


def test_psnr_is_that_of_scikit_image(relume_, pair):
    restored, clean, other, pixels = pair
    (row,) = relume_("compare", restored, clean, "--metric", "psnr", "--json").json
    assert row["psnr"] == pytest.approx(peak_signal_noise_ratio(pixels, other), abs=1e-3)


def test_the_degraded_picture_is_measured_beside(relume_, pair):
    restored, clean, *_ = pair
    (row,) = relume_("compare", clean, clean, "--before", restored, "--json", "--metric", "psnr").json
    assert row["psnr"] == "inf"
    assert 20 < row["before"]["psnr"] < 40


def test_the_table_names_units_and_ends_with_the_mean_of_several(relume_, pair, tmp_path, picture):
    for folder, seeds in (("a", (1, 2)), ("b", (1, 3))):
        for name, seed in zip(("x", "y"), seeds, strict=True):
            picture(tmp_path / folder / f"{name}.png", seed=seed)
    said = relume_("compare", tmp_path / "a", tmp_path / "b", "--metric", "mae")
    lines = said.out.splitlines()
    assert lines[0].split()[0] == "mae"
    values = [float(line.split()[-1]) for line in lines[1:]]
    assert len(values) == 3
    assert values[2] == pytest.approx((values[0] + values[1]) / 2, abs=1e-4)


def test_pictures_of_two_sizes_fail_with_both_sizes(relume_, pair, picture, tmp_path):
    restored, *_ = pair
    said = relume_("compare", restored, picture(tmp_path / "small.png", shape=(8, 8)))
    assert said.code == 1
    assert (
        "Both pictures need one size, but it is 32x24 with 3 channels and the clean one 8x8 with 1 channel." in said.err
    )


def test_a_folder_and_a_file_do_not_go_together(relume_, pair, tmp_path):
    said = relume_("compare", pair[0], tmp_path)
    assert said.code == 2
    assert "Two pictures or two folders are compared" in said.err


def test_folders_without_common_names_are_told(relume_, picture, tmp_path):
    picture(tmp_path / "a" / "x.png")
    picture(tmp_path / "b" / "y.png")
    said = relume_("compare", tmp_path / "a", tmp_path / "b")
    assert said.code == 2
    assert "has the stem of one in" in said.err


def test_an_unknown_metric_is_guessed_at(relume_, pair):
    said = relume_("compare", pair[0], pair[1], "--metric", "pnsr")
    assert said.code == 2
    assert "Did you mean 'psnr'?" in said.err


def test_a_picture_without_a_truth_is_told_and_fails_alone(relume_, picture, tmp_path):
    for place in ("a/x.png", "a/lone.png", "b/x.png"):
        picture(tmp_path / place)
    said = relume_("compare", tmp_path / "a", tmp_path / "b", "--json")
    assert said.code == 1
    assert [line.get("psnr") for line in said.json] == [None, "inf"]
    assert said.json[0]["error"] == "There is no clean picture of this stem."
    assert said.err == f"relume: {tmp_path / 'a' / 'lone.png'}: There is no clean picture of this stem.\n"


def test_when_nothing_could_be_measured_there_is_no_table_and_json_has_the_error(relume_, pair, tmp_path):
    said = relume_("compare", tmp_path / "nope.png", pair[1])
    assert (said.code, said.out) == (1, "")
    (line,) = relume_("compare", tmp_path / "nope.png", pair[1], "--json").json
    assert line["error"].startswith("There is no file")


@pytest.mark.parametrize(
    ("sheet", "message"), [("s.gif", "GIF holds 256 colours"), ("restored.png", "Give the sheet another name")]
)
def test_a_sheet_that_cannot_be_written_is_told_before_anything_is_measured(relume_, pair, tmp_path, sheet, message):
    before = pair[0].read_bytes()
    said = relume_("compare", pair[0], pair[1], "--image", tmp_path / sheet)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert pair[0].read_bytes() == before


def test_the_sheet_is_written_into_a_new_folder(relume_, pair, tmp_path):
    said = relume_("compare", pair[0], pair[1], "--image", tmp_path / "sheets" / "s.png")
    assert said.code == 0
    with PIL.Image.open(tmp_path / "sheets" / "s.png") as sheet:
        assert sheet.mode == "RGB"
        assert sheet.width > 3 * 240  # after, clean and the difference, side by side


def test_another_alpha_is_told_though_colours_are_equal(relume_, tmp_path):
    pixels = np.full((16, 16, 4), 200, np.uint8)
    PIL.Image.fromarray(pixels).save(tmp_path / "clean.png")
    pixels[3, 3, 3] = 0
    PIL.Image.fromarray(pixels).save(tmp_path / "restored.png")
    said = relume_("compare", tmp_path / "restored.png", tmp_path / "clean.png")
    assert "Its alpha is not that of the clean picture" in said.err
    assert relume_("compare", tmp_path / "clean.png", tmp_path / "clean.png").err == ""


@pytest.mark.parametrize("bad", ["first", "second", "before"])
def test_a_bad_picture_is_blamed_by_its_name(relume_, pair, tmp_path, bad):
    paths = {"first": pair[0], "second": pair[1], "before": pair[0]} | {bad: tmp_path / "bad.png"}
    paths[bad].write_bytes(b"this is no picture at all")
    said = relume_("compare", paths["first"], paths["second"], "--before", paths["before"], "--json")
    assert said.code == 1
    assert said.err.startswith(f"relume: {paths[bad]}: ")
    assert said.json[0]["failed"] == str(paths[bad])
    assert "psnr" not in said.json[0]


@pytest.fixture
def titles(monkeypatch):
    """What the panels of a sheet are called."""
    found: list[str] = []
    drawn = _sheet._caption
    monkeypatch.setattr(_sheet, "_caption", lambda panel, room: (found.append(panel.title), drawn(panel, room))[1])
    return found


def test_without_before_the_panels_are_called_as_their_files(relume_, pair, tmp_path, titles):
    relume_("compare", pair[0], pair[1], "--image", tmp_path / "s.png")
    assert titles[:2] == ["restored.png", "clean.png"]


def test_files_of_one_name_are_called_with_their_folders_and_unprintable_ones_by_place(
    relume_, picture, tmp_path, titles
):
    one, other = picture(tmp_path / "in" / "a.png"), picture(tmp_path / "out" / "a.png", seed=1)
    relume_("compare", one, other, "--image", tmp_path / "s.png")
    assert titles[:2] == ["in/a.png", "out/a.png"]
    relume_("compare", one, picture(tmp_path / "grün.png"), "--image", tmp_path / "s.png")
    assert titles[3:5] == ["a.png", "the second picture"]


def test_with_before_each_panel_is_called_what_it_was_given_as(relume_, pair, tmp_path, titles):
    relume_("compare", pair[0], pair[1], "--before", pair[0], "--image", tmp_path / "s.png")
    assert titles[:3] == ["before", "after", "clean"]
