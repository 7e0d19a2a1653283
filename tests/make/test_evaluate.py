import json
import time

import cv2
import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio

import relume
from relume import files
from relume.degrade.gaussian_noise import GaussianNoise
from relume.errors import BadInputError, ShapeMismatchError, UnknownOptionError
from relume.make import evaluate as module
from relume.make.evaluate import Protocol, degrade, evaluate
from relume.run.manifest import digest

SPEC = "gaussian_noise:sigma=25/255"


@pytest.fixture(scope="module")
def clean(data):
    return data / "two"


def by_hand(model, clean, *, seed, eight_bit=False):
    """The protocol again, in plain steps, with scikit-image."""
    values = []
    with relume.Engine("denoise", model=str(model), threads=1) as engine:
        for index, path in enumerate(sorted(clean.iterdir())):
            picture = files.open(path).pixels
            degraded = degrade(picture, GaussianNoise(sigma=25 / 255), seed=seed, index=index)
            if eight_bit:
                degraded = np.rint(degraded.clip(0, 1) * 255).astype(np.uint8)
            (restored,) = engine.process([degraded], sigma=25 / 255, noise_type="gaussian")
            restored = restored / np.float32(255) if eight_bit else restored.clip(0, 1)
            values.append(peak_signal_noise_ratio(picture, restored, data_range=1.0))
    return values


@pytest.mark.parametrize("eight_bit", [False, True])
def test_follows_the_papers_protocol(model, clean, eight_bit):
    found = evaluate(str(model), data=clean, degradation=SPEC, seed=3, how=Protocol(eight_bit=eight_bit), threads=1)
    expected = by_hand(model, clean, seed=3, eight_bit=eight_bit)
    assert [row.after["psnr"] for row in found.rows] == pytest.approx(expected, abs=1e-3)
    assert found.psnr == pytest.approx(np.mean(expected), abs=1e-3)
    assert found.mean("psnr", before=True) == pytest.approx(
        20.2, abs=0.4
    )  # of sigma 25: 20.17 dB, and clipping takes a little
    assert found.psnr > found.mean("psnr", before=True) + 0.7
    assert found.ssim > found.mean("ssim", before=True)


def test_says_what_was_measured_and_how(model, clean):
    found = evaluate(str(model), data=clean, degradation=SPEC, seed=3, limit=2, threads=1)
    plain = json.loads(found.to_json())
    assert plain["sha256"] == digest(model / "model.onnx")
    assert (plain["data"], plain["n"], plain["seed"], plain["told"]) == ("two", 2, 3, {"sigma": 25 / 255})
    assert plain["degradation"] == {"name": "gaussian_noise", "sigma": 25 / 255}
    assert plain["psnr"] == pytest.approx(np.mean([row["psnr"] for row in plain["rows"]]), abs=1e-4)
    assert plain["megapixels"] == pytest.approx(2 * 136 * 150 / 1e6, abs=1e-3)
    assert plain["seconds"] > 0
    (psnr, ssim) = found.scores()
    assert (psnr.metric, psnr.setting) == ("psnr", "gaussian_noise:sigma=25/255")
    assert psnr.protocol == (
        "float, not clipped, not rounded; seed 3; noise level told; clipped result, RGB, mean over 2 pictures"
    )
    assert (ssim.metric, ssim.value) == ("ssim", round(found.ssim, 4))


def test_the_noise_of_a_picture_depends_on_the_seed_and_its_place_alone(clean):
    picture = files.open(next(clean.iterdir())).pixels
    draws = [
        degrade(picture, GaussianNoise(), seed=seed, index=index) for seed, index in ((0, 1), (0, 1), (0, 2), (1, 1))
    ]
    assert np.array_equal(draws[0], draws[1])
    for other in draws[2:]:
        assert abs(np.corrcoef((draws[0] - picture).ravel(), (other - picture).ravel())[0, 1]) < 0.02
    state = torch.get_rng_state()
    degrade(picture, GaussianNoise(), seed=0, index=0)
    assert torch.equal(state, torch.get_rng_state())


def test_a_limit_takes_the_first_pictures_with_the_same_noise(model, clean):
    whole = evaluate(str(model), data=clean, degradation=SPEC, threads=1)
    part = evaluate(str(model), data=clean, degradation=SPEC, limit=2, threads=1)
    assert part.rows == whole.rows[:2]


def test_blind_finds_the_level_out(model, clean):
    blind = evaluate(str(model), data=clean, degradation=SPEC, blind=True, threads=1)
    told = evaluate(str(model), data=clean, degradation=SPEC, threads=1)
    assert blind.told == {}
    assert "blind" in blind.protocol
    assert blind.psnr != told.psnr
    assert blind.psnr > told.psnr - 1.0


def test_a_wish_stands_above_what_is_told(model, clean):
    told = evaluate(str(model), data=clean, degradation=SPEC, threads=1, limit=1)
    idle = evaluate(str(model), data=clean, degradation=SPEC, threads=1, limit=1, wish={"strength": 0.0})
    (row,) = idle.rows
    assert row.after["psnr"] == row.before["psnr"] != told.psnr
    assert "noise level told, strength 0;" in idle.protocol
    weak = evaluate(str(model), data=clean, degradation=SPEC, threads=1, limit=1, wish={"sigma": 1 / 255})
    assert row.before["psnr"] < weak.psnr < told.psnr


def test_a_classical_filter_is_measured_alike(clean):
    found = evaluate("gaussian", data=clean, degradation=SPEC, threads=1)
    assert found.sha256 is None
    assert found.psnr > found.mean("psnr", before=True)


def test_a_filter_that_asks_for_nothing_is_told_nothing(clean):
    found = evaluate("median", data=clean, degradation=SPEC, threads=1, limit=1)
    assert found.told == {}
    assert "; blind;" in found.protocol


def test_the_time_is_that_of_restoring_alone(clean, monkeypatch):
    def slowly(function):
        def waits(*words, **options):
            time.sleep(0.1)
            return function(*words, **options)

        return waits

    monkeypatch.setattr("relume.make.evaluate.measure", slowly(module.measure))
    monkeypatch.setattr("relume.make._pairs.degrade", slowly(degrade))
    began = time.perf_counter()
    whole = evaluate("gaussian", data=clean, degradation=SPEC, threads=1)
    assert whole.seconds < time.perf_counter() - began - 0.25 * len(whole.rows)
    monkeypatch.setattr("relume.make.evaluate.TOGETHER", 1)  # how many are taken at once changes nothing else
    parts = evaluate("gaussian", data=clean, degradation=SPEC, threads=1)
    assert (parts.rows, parts.megapixels) == (whole.rows, whole.megapixels)


def test_a_folder_without_pictures_and_a_wrong_option_are_refused(clean, tmp_path):
    with pytest.raises(BadInputError, match=r"holds no picture directly. Give a folder of clean pictures"):
        evaluate("gaussian", data=tmp_path, degradation=SPEC)
    with pytest.raises(BadInputError, match=r"missing is no folder. Give a folder of clean pictures"):
        evaluate("gaussian", data=tmp_path / "missing", degradation=SPEC)
    with pytest.raises(UnknownOptionError, match=r"gaussian_noise has no option 'sgma'"):
        evaluate("gaussian", data=clean, degradation="gaussian_noise:sgma=0.1")


def test_grey_pictures_are_measured_too(model, tmp_path):
    grey = (np.indices((48, 56)).sum(axis=0) % 32 * 8).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    found = evaluate(str(model), data=tmp_path, degradation="gaussian_noise:sigma=10/255", threads=1)
    assert found.mean("psnr", before=True) == pytest.approx(20 * np.log10(255 / 10), abs=0.4)


def test_only_gaussian_noise_is_told_as_such(model, clean):
    """Others have a sigma too, which is no standard deviation of white noise."""
    options = {"data": clean, "limit": 1, "threads": 1}
    assert evaluate(str(model), degradation="gaussian_noise:sigma=0.1", **options).told == {"sigma": 0.1}
    assert evaluate(str(model), degradation="gaussian_noise:sigma=0.1 + poisson_noise", **options).told == {}
    jpeg = evaluate("reapply_jpeg", task="dejpeg", degradation="jpeg:quality=20", **options)
    assert jpeg.told == {"quality": 20}
    assert "quality told" in jpeg.protocol
    assert jpeg.psnr > jpeg.mean("psnr", before=True)


def test_an_upscaler_is_compared_at_its_own_size_and_with_bicubic(clean):
    options = {"task": "upscale", "data": clean, "degradation": "bicubic_downscale:scale=2", "scale": 2, "threads": 1}
    how = Protocol(channel="y", border=2)
    found = evaluate("bicubic", how=how, **options)
    assert found.psnr == pytest.approx(found.mean("psnr", before=True), abs=1e-6)  # bicubic beside bicubic
    assert evaluate("lanczos", how=how, **options).psnr != found.psnr
    assert "clipped result, Y, border of 2 cut" in found.protocol
    with pytest.raises(ShapeMismatchError, match=r"Name a damage that fits the model's scale"):
        evaluate("bicubic", **{**options, "degradation": "gaussian_noise"})


def test_grey_pictures_are_matlabs_y_in_8_bits(clean):
    from skimage.color import rgb2ycbcr

    seen = []
    evaluate(
        "gaussian",
        data=clean,
        degradation=SPEC,
        how=Protocol(grey=True),
        limit=1,
        threads=1,
        watch=lambda index, taken, restored: seen.append(taken.clean),
    )
    pixels = files.open(sorted(clean.iterdir())[0]).pixels
    np.testing.assert_allclose(seen[0][..., 0] * 255, np.rint(rgb2ycbcr(pixels)[..., 0]), atol=1e-4)


def test_pairs_of_folders_are_found_by_name(clean, tmp_path):
    rng = np.random.default_rng(0)
    for path in clean.iterdir():
        noisy = cv2.imread(str(path)) + 20 * rng.standard_normal((136, 150, 3))
        cv2.imwrite(str(tmp_path / path.with_suffix(".tif").name), noisy.clip(0, 255).astype(np.uint8))
    found = evaluate("gaussian", data=clean, degraded=tmp_path, threads=1)
    assert found.n == len(list(clean.iterdir()))
    assert found.mean("psnr", before=True) == pytest.approx(20 * np.log10(255 / 20), abs=0.6)
    assert found.psnr > found.mean("psnr", before=True)
    assert found.protocol.startswith("as the files are; ")
    next(tmp_path.iterdir()).unlink()
    with pytest.raises(BadInputError, match=r"has no degraded picture for .*\.png. Pairs have the same names"):
        evaluate("gaussian", data=clean, degraded=tmp_path)


def test_pairs_may_lie_in_one_folder(tmp_path):
    for name, level in (("a_clean", 100), ("a_noisy", 110), ("b_clean", 50), ("b_noisy", 60)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((48, 48, 3), level, np.uint8))
    found = evaluate("box", data=tmp_path, degraded=tmp_path, threads=1)
    assert [row.name for row in found.rows] == ["a_clean.png", "b_clean.png"]
    assert found.mean("psnr", before=True) == pytest.approx(20 * np.log10(255 / 10))


def test_one_source_of_damage_is_asked_for(clean):
    with pytest.raises(
        BadInputError, match="takes a degradation or a folder of degraded pictures; give one of the two"
    ):
        evaluate("gaussian", data=clean)


def test_intervals_cover_the_mean_as_students_do(clean):
    """Bootstrap and Student's t agree within a third for a handful of pictures."""
    from scipy import stats

    one = evaluate("gaussian", data=clean, degradation=SPEC, threads=1)
    other = evaluate("box", data=clean, degradation=SPEC, threads=1)
    values = np.array([row.after["psnr"] - row.before["psnr"] for row in one.rows])
    gain, (low, high) = one.gain("psnr")
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    assert gain == pytest.approx(values.mean())
    assert 0.5 < (high - low) / (2 * half) < 1.1
    paired, _ = one.gain("psnr", over=other)
    assert paired == pytest.approx(one.psnr - other.psnr)
    few = evaluate("box", data=clean, degradation=SPEC, limit=1, threads=1)
    assert few.interval("psnr") is None
    with pytest.raises(BadInputError, match="gaussian and box were measured on other pictures"):
        one.gain("psnr", over=few)
