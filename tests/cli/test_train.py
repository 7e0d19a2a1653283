import pytest

pytest.importorskip("torch")


def test_an_unknown_recipe_is_guessed_at(relume_, tmp_path):
    said = relume_("train", "denoise_balanse", "--data", tmp_path, "--out", tmp_path / "run")
    assert said.code == 2
    assert "Did you mean 'denoise_balanced'?" in said.err


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("step=3", "Did you mean 'steps'?"),
        ("steps", "--set takes field=value"),
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
    assert "--term takes folder=terms, but came as 'CC0'." in said.err
