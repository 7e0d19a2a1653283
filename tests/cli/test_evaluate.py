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
    assert "does not exist" in said.err
