import json

import PIL.Image
import pytest

pytest.importorskip("torch")


@pytest.fixture
def clean(tmp_path):
    for name, shade in (("a", 90), ("b", 160)):
        (tmp_path / "set").mkdir(exist_ok=True)
        PIL.Image.new("RGB", (64, 48), (shade, shade, shade)).save(tmp_path / "set" / f"{name}.png")
    return tmp_path / "set"


def test_json_holds_means_of_the_rows(relume_, clean):
    said = relume_(
        "evaluate", "--model", "gaussian", "--data", clean, "--with", "gaussian_noise:sigma=25/255", "--json"
    )
    found = json.loads(said.out)
    assert found["n"] == 2
    assert found["psnr_before"] == pytest.approx(20.17, abs=0.3)  # 20 log10(255 / 25)
    assert found["psnr"] == pytest.approx(sum(row["psnr"] for row in found["rows"]) / 2, abs=1e-3)
    assert found["psnr"] > found["psnr_before"] + 5  # a flat picture: blurring helps


def test_the_table_ends_with_the_mean_and_the_protocol(relume_, clean):
    said = relume_("evaluate", "--model", "gaussian", "--data", clean)
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["a.png", "b.png", "mean"]
    assert "float, not clipped, not rounded; seed 0" in lines[-1]


def test_a_task_without_usual_damage_asks_for_one(relume_, clean):
    said = relume_("evaluate", "--task", "enhance", "--data", clean)
    assert said.code == 2
    assert "enhance has no usual damage. Name one" in said.err


def test_a_folder_that_is_not_there_is_wrong_usage(relume_, tmp_path):
    said = relume_("evaluate", "--data", tmp_path / "no")
    assert said.code == 2
    assert "there is no" in said.err


def test_save_writes_the_printed_figures_into_the_manifest(relume_, clean, tmp_path, monkeypatch):
    from tests.run.conftest import mean_filter

    from relume.run.manifest import Manifest
    from relume.run.store import Store

    monkeypatch.setenv("RELUME_MODELS", str(tmp_path / "models"))
    Store().add(mean_filter(tmp_path / "mine.onnx"), task="denoise")
    said = relume_("evaluate", "--model", "mine", "--data", clean, "--save", "--json")
    (home,) = (tmp_path / "models").iterdir()
    scores = {score.metric: score for score in Manifest.read(home / "manifest.json").scores}
    assert scores["psnr"].value == pytest.approx(json.loads(said.out)["psnr"], abs=1e-3)
    assert (scores["psnr"].data, scores["psnr"].setting) == ("set", "gaussian_noise:sigma=25/255")


def test_save_is_for_whole_sets_and_for_models_on_the_disk(relume_, clean):
    said = relume_("evaluate", "--model", "gaussian", "--data", clean, "--save", "--limit", "1")
    assert "--save writes figures of whole sets. Leave --limit out" in said.err
    said = relume_("evaluate", "--model", "gaussian", "--data", clean, "--save")
    assert "gaussian is a filter: it has no manifest on the disk" in said.err


def test_several_give_one_table_with_a_row_for_doing_nothing(relume_, clean, tmp_path):
    page = tmp_path / "page.html"
    said = relume_(
        "evaluate", "-m", "gaussian", "-m", "median", "--data", clean, "-w", "gaussian_noise:sigma=25/255",
        "-w", "gaussian_noise:sigma=50/255", "--html", page,
    )  # fmt: skip
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in said.out.splitlines() if line.startswith("|")]
    assert [row[2] for row in rows[2:]] == ["do nothing", "gaussian", "median"] * 2
    assert float(rows[2][3]) == pytest.approx(20.17, abs=0.3)
    assert float(rows[5][3]) == pytest.approx(14.15, abs=0.3)
    text = page.read_text()
    assert text.count("<h2>") == 4
    assert text.count("data:image/png;base64,") == 4 * 2 * 3
    assert "http" not in text  # it needs nothing from elsewhere


def test_the_page_shows_where_a_picture_went_worst():
    import numpy as np

    from relume.make._page import worst_place

    clean = np.zeros((90, 120, 3), np.float32)
    restored = clean.copy()
    restored[60:70, 80:90] = 1
    top, left = worst_place(restored, clean, 40)
    assert top <= 60
    assert top + 40 >= 70
    assert left <= 80
    assert left + 40 >= 90


def test_metrics_and_channels_are_chosen(relume_, clean):
    said = relume_(
        "evaluate", "-m", "gaussian", "--data", clean, "--metric", "mae", "--metric", "psnr_b", "--channel", "y",
        "--json",
    )  # fmt: skip
    found = json.loads(said.out)
    assert found["metrics"] == ["mae", "psnr_b"]
    assert "ssim" not in found
    assert found["mae"] < found["mae_before"]
    assert "--channel is rgb, y or grey, not 'q'" in relume_("evaluate", "--data", clean, "--channel", "q").err


def test_pairs_and_data_exclude_one_another(relume_, clean):
    assert "--pairs names both folders" in relume_("evaluate", "--data", clean, "--pairs", clean, clean).err
    assert "Name a folder of clean pictures with --data" in relume_("evaluate").err
