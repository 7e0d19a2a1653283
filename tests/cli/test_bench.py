import pytest


def test_json_says_how_fast_each_model_was(relume_):
    said = relume_("bench", "-m", "box", "-m", "gaussian", "--size", "64", "--runs", "1", "--json")
    assert said.code == 0
    assert [row["model"] for row in said.json] == ["box", "gaussian"]
    for row in said.json:
        assert row["megapixels_per_second"] == pytest.approx(64 * 64 / 1e6 / row["seconds"])
        assert row["seconds"] <= row["first_seconds"] * 50


def test_an_unknown_task_is_guessed_at(relume_):
    said = relume_("bench", "--task", "denois")
    assert said.code == 2
    assert "Did you mean 'denoise'?" in said.err
