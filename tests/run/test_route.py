"""What is done follows from what is found and what is asked for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import relume
from relume.assess.noise import estimate
from relume.run.engine import Engine
from relume.run.noise import Gaussian, Poisson, RealWorld, SaltPepper
from relume.run.restorer import Restorer
from relume.run.route import FLOOR, INSISTED, Wish, route
from relume.run.store import Store


@pytest.fixture
def net(models: Path) -> Restorer:
    model = Store(models).get("denoise", "mean")
    return Restorer(model.manifest, model.open())


def scene() -> np.ndarray:
    """Soft hills and hard edges, without any noise."""
    rows, columns = np.mgrid[:256, :256].astype(np.float32)
    grey = 0.5 + 0.25 * np.sin(rows / 41) * np.cos(columns / 53) + 0.15 * ((rows // 64 + columns // 64) % 2)
    return np.stack([grey, 0.9 * grey, 0.8 * grey], axis=2).astype(np.float32)


def noisy(sigma: float) -> np.ndarray:
    return scene() + np.float32(sigma) * np.random.default_rng(0).standard_normal((256, 256, 3), dtype=np.float32)


def peppered(share: float) -> np.ndarray:
    rng = np.random.default_rng(1)
    picture = scene()
    hit = rng.random(picture.shape) < share
    picture[hit] = rng.integers(0, 2, int(hit.sum()))
    return picture


def test_white_noise_is_found_and_told_to_the_model(net: Restorer) -> None:
    decided = route(net, Wish(), [noisy(0.1)])
    assert decided.steps is not None
    assert isinstance(decided.steps.treatment, Gaussian)
    assert decided.steps.treatment.sigma == pytest.approx(0.1, rel=0.1)
    assert decided.details["noise_type"] == "gaussian"


def test_what_is_known_is_believed(net: Restorer) -> None:
    decided = route(net, Wish(sigma=0.2, noise_type="gaussian"), [])
    assert decided.steps is not None
    assert decided.steps.treatment == Gaussian(sigma=0.2)
    assert not Wish(sigma=0.2, noise_type="gaussian").needs_a_look(net)


def test_a_clean_picture_is_left_as_it_is_and_that_is_said(models: Path) -> None:
    clean = scene()
    with Engine("denoise", model="mean") as engine:
        (restored,) = engine.process([clean])
    np.testing.assert_array_equal(restored, clean)


def test_the_note_says_why_and_how_to_insist(net: Restorer) -> None:
    assert route(net, Wish(), [scene()]).notes == (
        "No noise was found, so it is left as it is; name a noise type (real_world) or a sigma (6/255) to insist",
    )
    assert (
        "The picture is too small to tell its noise" in route(net, Wish(), [np.zeros((2, 2, 3), np.float32)]).notes[0]
    )


def test_who_insists_is_served(net: Restorer) -> None:
    decided = route(net, Wish(noise_type="gaussian"), [scene()])
    assert decided.steps is not None
    assert decided.notes == ()


def test_impulses_are_found(net: Restorer) -> None:
    decided = route(net, Wish(), [peppered(0.1)])
    assert decided.steps is not None
    assert isinstance(decided.steps.treatment, SaltPepper)


def test_photon_noise_takes_the_fit_or_what_is_known(net: Restorer) -> None:
    rng = np.random.default_rng(0)
    ramp = np.tile(np.linspace(0.05, 0.95, 512, dtype=np.float32), (512, 1))[..., None].repeat(3, 2)
    photons = (rng.poisson(ramp * 100) / 100).astype(np.float32)
    found = route(net, Wish(noise_type="poisson"), [photons]).steps
    assert found is not None
    assert isinstance(found.treatment, Poisson)
    assert 0.005 < found.treatment.shot < 0.015
    told = route(net, Wish(noise_type="poisson", sigma=0.2), [photons]).steps
    assert told is not None
    assert told.treatment == Poisson(shot=0.2**2, read=0.0)


def test_camera_noise_is_treated_stronger_where_somebody_insists(net: Restorer) -> None:
    decided = route(net, Wish(noise_type="real_world"), [noisy(0.05)])
    assert decided.steps is not None
    treatment = decided.steps.treatment
    assert isinstance(treatment, RealWorld)
    level = treatment.coarse / INSISTED * np.sqrt(0.5 * treatment.shot + treatment.read**2)
    assert level == pytest.approx(0.05, rel=0.3)


def test_strength_0_is_decided_without_a_look(net: Restorer) -> None:
    assert route(net, Wish(strength=0.0), []).steps is None
    assert not Wish(strength=0.0).needs_a_look(net)


def test_classical_filters_are_told_one_number(models: Path) -> None:
    restored = relume.denoise(noisy(0.1), model="nlm", noise_type="real_world")
    assert np.square(restored - scene()).mean() < 0.3 * np.square(noisy(0.1) - scene()).mean()


def test_who_insists_on_camera_noise_gets_at_least_the_floor(net: Restorer) -> None:
    decided = route(net, Wish(noise_type="real_world"), [scene()])
    assert decided.steps is not None
    assert decided.steps.treatment is not None
    _, level = decided.steps.treatment.before(scene())
    assert level.min() == pytest.approx(FLOOR)


def test_noise_beyond_what_the_model_has_seen_is_noted(net: Restorer) -> None:
    known = Restorer(net.manifest.model_copy(update={"sigma_range": (0.0, 0.2)}), net.session)
    assert route(known, Wish(noise_type="gaussian", sigma=0.2), []).notes == ()
    (note,) = route(known, Wish(noise_type="gaussian", sigma=0.4), []).notes
    assert note == "Noise of sigma 102/255 is more than the model has seen (51/255)."


@pytest.mark.parametrize(("grain", "factor"), [(4 / 255, 1.0), (9 / 255, 1.25), (20 / 255, 1.5)])
def test_unasked_only_strong_grain_is_treated_stronger_than_it_was_measured(
    net: Restorer, monkeypatch: pytest.MonkeyPatch, grain: float, factor: float
) -> None:
    import relume.run.route as module

    found = replace(estimate(noisy(0.05)), kind="real_world", sigma_mean=0.01, correlated=grain / 0.01)
    monkeypatch.setattr(module, "estimate", lambda _: found)
    decided = route(net, Wish(), [noisy(0.05)])
    assert decided.steps is not None
    assert isinstance(decided.steps.treatment, RealWorld)
    assert decided.steps.treatment.coarse == pytest.approx(factor * grain / 0.01)
