import json

import pytest

pytest.importorskip("torch")

from relume.make.recipes import RECIPES


def test_an_unknown_recipe_is_guessed_at(relume_, tmp_path):
    said = relume_("train", "denoise_balanse", "--data", tmp_path, "--out", tmp_path / "run")
    assert said.code == 2
    assert "Did you mean 'denoise_balanced'?" in said.err


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("step=3", "Did you mean 'steps'?"),
        ("steps", "--set takes FIELD=VALUE, but came as 'steps'."),
        ("steps=many", "steps takes a number like"),
    ],
)
def test_a_wrong_setting_is_told(relume_, tmp_path, setting, message):
    said = relume_("train", "denoise_balanced", "--data", tmp_path, "--out", tmp_path / "run", "--set", setting)
    assert said.code == 2
    assert message in said.err


def test_exporting_what_is_no_run_is_told(relume_, tmp_path):
    said = relume_("export", tmp_path)
    assert said.code == 2
    assert "is no run folder: recipe.json is missing" in said.err


def test_export_writes_one_file_or_a_model_but_not_both(relume_, tmp_path):
    said = relume_("export", tmp_path, "--out", "x.onnx", "--models", tmp_path)
    assert said.code == 2
    assert "give one of the two" in said.err


def test_terms_are_pairs(relume_, tmp_path):
    said = relume_("export", tmp_path, "--models", tmp_path, "--term", "CC0")
    assert said.code == 2
    assert "--term takes FOLDER=TERMS, but came as 'CC0'." in said.err


def test_it_reports_in_a_pipe_and_only_that(shell, picture, tmp_path):
    for place in range(3):
        picture(tmp_path / "data" / "photos" / f"{place}.png", seed=place, shape=(64, 64, 3))
    recipe = json.loads(RECIPES["denoise_balanced"].to_json())
    recipe |= {"data": ["photos"], "shares": [], "options": {"width": 8, "blocks": [1, 1]}, "steps": 2, "warmup": 1}
    recipe["phases"] = [{"start": 0.0, "batch": 1, "crop": 32}]
    (tmp_path / "tiny.json").write_text(json.dumps(recipe))
    done = shell("train", tmp_path / "tiny.json", "--data", tmp_path / "data", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.decode().splitlines()  # and lightning says nothing of how it computes
    assert line.startswith("relume: step 2 of 2, loss ")


def test_a_broken_recipe_file_is_told(relume_, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"task": ')
    said = relume_("train", broken, "--data", tmp_path, "--out", tmp_path / "run")
    assert said.code == 2
    assert "broken.json is no JSON, so no recipe" in said.err
    broken.write_bytes(b"\xff\xfe\x00")
    assert "broken.json is no text, so no recipe" in relume_("train", broken, "--data", tmp_path, "-o", tmp_path).err


def test_a_recipe_may_be_a_python_file(relume_, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("from relume.make.recipes.denoise_fast import recipe\n")
    said = relume_("train", file, "--data", tmp_path, "--out", tmp_path / "run")
    assert "photos" in said.err  # it got as far as the data
    file.write_text("recipe = 3\n")
    said = relume_("train", file, "--data", tmp_path, "--out", tmp_path / "run")
    assert "mine.py sets no `recipe` that is a relume.make.recipe.Recipe" in said.err
    file.write_text("1 / 0\n")
    said = relume_("train", file, "--data", tmp_path, "--out", tmp_path / "run")
    assert "mine.py does not run: ZeroDivisionError" in said.err


@pytest.mark.slow
def test_two_processes_share_each_batch(shell, picture, tmp_path):
    for place in range(3):
        picture(tmp_path / "data" / "photos" / f"{place}.png", seed=place, shape=(64, 64, 3))
    recipe = json.loads(RECIPES["denoise_fast"].to_json())
    recipe |= {"data": ["photos"], "shares": [], "options": {"width": 8, "blocks": [1, 1]}, "steps": 20, "seed": 1}
    recipe["phases"] = [{"start": 0.0, "batch": 2, "crop": 32}]
    (tmp_path / "tiny.json").write_text(json.dumps(recipe))
    words = ("train", tmp_path / "tiny.json", "--data", tmp_path / "data", "--out", tmp_path / "run")
    done = shell(*words, "--device", "cpu", "--devices", "2")
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.decode().splitlines()  # one of the two tells
    assert line.startswith("relume: step 20 of 20, loss ")


def test_an_empty_folder_is_told(relume_, tmp_path):
    (tmp_path / "empty").mkdir()
    words = ("train", "denoise_fast", "--data", tmp_path, "--out", tmp_path / "run")
    said = relume_(*words, "--set", "data=empty", "--set", "shares=")
    assert said.code == 2
    assert "No picture" in said.err
