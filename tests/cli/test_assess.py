import numpy as np
import PIL.Image
import pytest


@pytest.fixture
def noisy(tmp_path):
    level = np.random.default_rng(0).normal(128, 20, (128, 128, 3)).clip(0, 255)
    PIL.Image.fromarray(level.astype(np.uint8)).save(tmp_path / "noisy.png")
    return tmp_path / "noisy.png"


def test_json_has_the_noise_that_was_added(relume_, noisy):
    (found,) = relume_("assess", noisy, "--json").json
    assert found["source"] == str(noisy)
    assert found["noise"]["sigma_mean"] == pytest.approx(20 / 255, rel=0.1)


def test_the_table_begins_with_the_name_and_names_every_assessor(relume_, noisy):
    from relume.assess import ASSESSORS

    lines = relume_("assess", noisy).out.splitlines()
    assert lines[0] == str(noisy)
    text = "\n".join(lines[1:]).lower()
    assert [name for name in ASSESSORS if name not in text] == []


def test_a_bad_picture_fails_alone(relume_, noisy, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff and then nothing")
    said = relume_("assess", tmp_path, "--json")
    assert said.code == 1
    assert ["error" in line for line in said.json] == [True, False]
    assert said.err.startswith(f"relume: {tmp_path / 'bad.jpg'}: ")
    assert said.err.count("\n") == 1
