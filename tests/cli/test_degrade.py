import numpy as np
import PIL.Image
import pytest

pytest.importorskip("torch")


def pixels(path):
    with PIL.Image.open(path) as opened:
        return np.asarray(opened)


@pytest.fixture
def flat(tmp_path):
    path = tmp_path / "flat.png"
    PIL.Image.new("RGB", (80, 60), (128, 128, 128)).save(path)
    return path


def test_the_noise_is_as_strong_as_asked(relume_, flat, tmp_path):
    assert relume_("degrade", flat, "-o", tmp_path / "n.png", "--with", "gaussian_noise:sigma=25/255").code == 0
    assert pixels(tmp_path / "n.png").std() == pytest.approx(25, rel=0.03)


def test_one_seed_one_result_another_seed_another(relume_, flat, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        relume_("degrade", flat, "-o", tmp_path / f"{name}.png", "--with", "gaussian_noise", "--seed", seed)
    a, b, c = (pixels(tmp_path / f"{name}.png") for name in "abc")
    assert (a == b).all()
    assert (a != c).any()


def test_several_are_applied_one_after_the_other(relume_, flat, tmp_path):
    specs = ["--with", "salt_pepper_noise:share=0.5", "--with", "gaussian_noise:sigma=0.02"]
    relume_("degrade", flat, "-o", tmp_path / "n.png", *specs)
    assert np.mean((pixels(tmp_path / "n.png") < 40) | (pixels(tmp_path / "n.png") > 215)) == pytest.approx(
        0.5, abs=0.05
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "x.png"], "Name at least one degradation, say --with gaussian_noise:sigma=25/255."),
        (["--with", "gaussian_noise"], "Say where the result goes"),
        (["-o", "x.png", "--with", "gausian_noise"], "Did you mean 'gaussian_noise'?"),
        (["-o", "x.png", "--with", "gaussian_noise:sigm=1"], "Did you mean 'sigma'?"),
    ],
)
def test_wrong_usage_is_told(relume_, flat, arguments, message):
    said = relume_("degrade", flat, *arguments)
    assert said.code == 2
    assert message in said.err


def test_what_the_format_cannot_keep_is_told(relume_, tmp_path):
    PIL.Image.new("RGB", (16, 16)).save(tmp_path / "a.png", dpi=(300, 300))
    said = relume_("degrade", tmp_path / "a.png", "-o", tmp_path / "a.webp", "--with", "gaussian_noise", "--json")
    (line,) = said.json
    assert line["status"] == "done"
    assert line["notes"] == ["The resolution (DPI) is not kept: WebP has no place for it."]
    assert "The resolution (DPI) is not kept" in said.err


def test_stdout_carries_the_picture_or_the_json(relume_, flat):
    said = relume_("degrade", flat, "-o", "-", "--with", "gaussian_noise", "--json")
    assert said.code == 2
    assert "stdout carries the picture or the JSON, not both" in said.err


def test_the_output_inside_of_the_input_is_not_degraded_again(relume_, flat, tmp_path):
    for _ in range(2):
        said = relume_("degrade", tmp_path, "-o", tmp_path / "noisy", "--with", "gaussian_noise", "-r", "--json")
        assert [line["source"] for line in said.json] == [str(flat)]
