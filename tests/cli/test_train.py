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


@pytest.fixture
def tiny(picture, tmp_path):
    """The words that train a tiny net for two steps on three pictures, and the folder of the run."""
    for place in range(3):
        picture(tmp_path / "data" / "photos" / f"{place}.png", seed=place, shape=(64, 64, 3))
    recipe = json.loads(RECIPES["denoise_fast"].to_json())
    recipe |= {"data": ["photos"], "shares": [], "options": {"width": 8, "blocks": [1, 1]}, "steps": 2}
    recipe["phases"] = [{"start": 0.0, "batch": 2, "crop": 32}]
    (tmp_path / "tiny.json").write_text(json.dumps(recipe))
    return ("train", tmp_path / "tiny.json", "--data", tmp_path / "data", "--out", tmp_path / "run"), tmp_path / "run"


def test_a_resume_says_when_another_recipe_is_named_than_it_goes_on_with(relume_, tiny):
    words, run = tiny
    assert relume_(*words).code == 0
    again = ("--data", run.parent / "data", "--out", run, "--resume", "--steps", 3)
    said = relume_("train", "denoise_fast", *again)
    assert said.code == 0, said.err
    assert "goes on with" not in said.err
    said = relume_("train", "dejpeg_balanced", *again)
    assert f"{run}: goes on with the recipe it began with, denoise fast, not dejpeg_balanced." in said.err
    assert "No recipe named 'dejpg_balanced'" in relume_("train", "dejpg_balanced", *again).err


def test_a_broken_picture_stops_a_run_or_is_left_out_told_and_noted(relume_, tiny, tmp_path):
    words, run = tiny
    (tmp_path / "data" / "photos" / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n, and no more")
    said = relume_(*words)
    assert said.code == 2
    assert "bad.png cannot be trained on" in said.err
    assert "--skip-broken" in said.err
    said = relume_(*words, "--skip-broken")
    assert said.code == 0, said.err
    assert "photos/bad.png: left out. " in said.err
    (skipped,) = json.loads((run / "provenance.json").read_text())["skipped"]
    assert skipped["name"] == "photos/bad.png"
    assert "cannot be trained on" in skipped["reason"]


def test_little_memory_decodes_while_training_and_gives_the_same_weights(relume_, tiny, tmp_path):
    words, run = tiny
    assert relume_(*words).code == 0
    assert relume_(*words[:-1], tmp_path / "streamed", "--memory-limit", "20KB").code == 0
    assert (run / "weights.safetensors").read_bytes() == (tmp_path / "streamed/weights.safetensors").read_bytes()
    assert "a size looks like 2GB" in relume_(*words, "--memory-limit", "lots").err


def test_a_window_of_hounsfield_units_is_noted_and_goes_up(relume_, tiny):
    words, run = tiny
    assert relume_(*words, "--hounsfield", -160, 240).code == 0
    assert json.loads((run / "provenance.json").read_text())["hounsfield"] == [-160, 240]
    said = relume_(*words, "--hounsfield", 240, -160)
    assert said.code == 2
    assert "A window goes up, but it is 240.0 to -160.0." in said.err


def test_events_are_written_where_they_are_asked_for(relume_, tiny):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    words, run = tiny
    assert relume_(*words, "--events").code == 0
    (file,) = (run / "events").iterdir()
    found = {
        value.tag: event.step for event in loader.EventFileLoader(str(file)).Load() for value in event.summary.value
    }
    assert found["loss"] == 2
    assert {"rate", "images_per_second"} <= set(found)
