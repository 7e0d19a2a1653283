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


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "I;16"])
@pytest.mark.parametrize("spec", ["jpeg:quality=30", "downscale:scale=3", "camera_noise", "random_chain:scale=2"])
def test_depth_and_channels_stay_and_the_size_is_that_of_the_degradation(relume_, tmp_path, mode, spec):
    rows, columns = np.mgrid[:36, :48]
    grey = (rows * columns / (36 * 48) * (65535 if mode == "I;16" else 255)).astype(
        np.uint16 if mode == "I;16" else np.uint8
    )
    picture = PIL.Image.fromarray(grey)
    (picture if mode == "I;16" else picture.convert(mode)).save(tmp_path / "a.png")
    said = relume_("degrade", tmp_path / "a.png", "-o", tmp_path / "b.png", "--with", spec)
    assert said.code == 0, said.err
    scale = {"downscale:scale=3": 3, "random_chain:scale=2": 2}.get(spec, 1)
    with PIL.Image.open(tmp_path / "b.png") as opened:
        assert (opened.mode, opened.size) == (mode, (48 // scale, 36 // scale))
    assert pixels(tmp_path / "b.png").shape != (36, 48) or (pixels(tmp_path / "b.png") != grey).any()


def test_what_is_made_of_others_is_json(relume_, flat, tmp_path):
    spec = '{"name": "mixture", "parts": [{"name": "gaussian_noise", "sigma": 0.1}]}'
    assert relume_("degrade", flat, "-o", tmp_path / "n.png", "--with", spec, "--with", "quantize:levels=2").code == 0
    assert set(np.unique(pixels(tmp_path / "n.png"))) == {0, 255}
