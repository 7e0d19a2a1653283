import math

import numpy as np
import pytest
import torch
from skimage.transform import iradon, radon

from relume.degrade._radon import angles, back_project, convolved, project, ramp
from relume.degrade.low_dose_ct import LowDoseCt
from relume.errors import BadInputError

WATER = (0 + 1024) / 4095  # 0 HU in the usual window


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def phantom(side):
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    body = (rows / (0.4 * side)) ** 2 + (columns / (0.3 * side)) ** 2 < 1
    organ = (rows + 4) ** 2 + (columns - 3) ** 2 < 25
    return body + 0.5 * organ


def slice_of_water(side=48, **options):
    """Degraded and clean: a disc of water in air."""
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    clean = torch.from_numpy(np.where(rows**2 + columns**2 < (0.45 * side) ** 2, WATER, 24 / 4095)).float()[None, None]
    clean = clean.expand(4, -1, -1, -1)
    degraded, sigma = LowDoseCt(surrounding_mm=0.0, **options).with_sigma(clean, rng())
    return clean, degraded, sigma


def test_projections_are_scikit_images():
    picture = phantom(41)
    ours = project(torch.from_numpy(picture)[None], angles(60, torch.zeros(1, dtype=torch.float64)))[:, 0].numpy().T
    theirs = radon(picture, np.arange(60) * 3, circle=False)
    # The two put their middle cells half a cell apart: compare what does not depend on that.
    np.testing.assert_allclose(ours.sum(axis=0), theirs.sum(axis=0), rtol=0.01)
    cells = np.arange(len(ours))[:, None] - (len(ours) - 1) / 2, np.arange(len(theirs))[:, None] - len(theirs) // 2
    widths = [np.sqrt((p * c**2).sum(axis=0) / p.sum(axis=0)) for p, c in zip((ours, theirs), cells, strict=True)]
    np.testing.assert_allclose(*widths, rtol=0.02)


def test_a_disc_casts_its_chords():
    rows, columns = np.mgrid[:61, :61] - 30.0
    disc = np.clip(20.5 - np.hypot(rows, columns), 0, 1)
    rays = project(torch.from_numpy(disc)[None], angles(17, torch.zeros(1, dtype=torch.float64)))[:, 0].numpy()
    place = np.arange(rays.shape[1]) - (rays.shape[1] - 1) / 2
    inside = np.abs(place) < 18
    np.testing.assert_allclose(rays[:, inside], np.tile(2 * np.sqrt(400 - place[inside] ** 2), (17, 1)), rtol=0.02)


@pytest.mark.parametrize("soft", [False, True])
def test_filtered_back_projection_is_scikit_images(soft):
    picture = phantom(41)
    views = angles(120, torch.zeros(1, dtype=torch.float64))
    rays = project(torch.from_numpy(picture)[None], views)
    filtered = convolved(rays, ramp(rays.shape[2], rays, soft=soft))
    ours = back_project(filtered, views, height=41, width=41)[0].numpy() * math.pi / 120
    sinogram = radon(picture, np.arange(120) * 1.5, circle=False)
    theirs = iradon(
        sinogram, np.arange(120) * 1.5, circle=False, filter_name="hann" if soft else "ramp", output_size=41
    )
    assert np.abs(ours - theirs).mean() < 0.03
    assert ours[16, 23] == pytest.approx(1.5, abs=0.03)
    assert ours[30, 20] == pytest.approx(1.0, abs=0.03)


def test_rays_left_out_hardly_matter_where_pictures_are_smooth():
    rows, columns = np.mgrid[:40, :40] / 39 * np.pi
    picture = torch.from_numpy(np.sin(rows) * np.sin(columns))[None]
    views = angles(30, picture)
    torch.testing.assert_close(project(picture, views, step=2), project(picture, views), rtol=0, atol=0.8)  # of 25


@pytest.mark.parametrize("soft", [False, True])
def test_tells_the_noise_that_it_adds(soft):
    clean, degraded, sigma = slice_of_water(photons=2e4, soft=soft)
    middle = (..., slice(14, 34), slice(14, 34))
    found = (degraded - clean)[middle].std()
    torch.testing.assert_close(found, sigma[middle].square().mean().sqrt(), rtol=0.08, atol=0)


def test_noise_falls_with_the_square_root_of_the_dose():
    noise = []
    for photons in (1e5, 2.5e4):
        clean, degraded, _ = slice_of_water(photons=photons, electronic=0.0)
        noise.append(float((degraded - clean).std()))
    assert noise[1] == pytest.approx(2 * noise[0], rel=0.05)


def test_noise_is_that_of_the_textbook():
    # Kak and Slaney: the variance of a filtered back projection is pi² / 12 / views times that of a ray.
    clean = torch.full((8, 1, 24, 24), 0.0)  # air: nothing is absorbed
    degraded = LowDoseCt(photons=1e4, surrounding_mm=0.0, electronic=0.0, soft=False, views=60, black_hu=-1000.0)(
        clean, rng()
    )
    unit = 1000 / (0.0192 * 0.7 * (3071 + 1000))
    ideal = unit * math.sqrt(math.pi**2 / 12 / 60 / 1e4)
    # Interpolation between the cells smoothes: two thirds of the variance of white noise, less of what the ramp left.
    assert 0.45 * ideal < float(degraded[..., 4:-4, 4:-4].std()) < ideal


def test_a_patient_around_the_crop_makes_more_noise_across_than_along():
    clean = torch.full((6, 1, 32, 32), WATER)
    thin, thick = (LowDoseCt(photons=1e5, surrounding_mm=mm)(clean, rng()) - clean for mm in (0.0, 250.0))
    assert thick.std() > 4 * thin.std()
    steps = [float(thick.diff(dim=axis).std()) for axis in (2, 3)]
    assert steps[0] > 1.15 * steps[1]  # horizontal streaks, as through the shoulders


def test_one_window_of_hounsfield_units_is_like_another():
    whole, narrow = 4095, 400
    clean = torch.full((4, 1, 24, 24), 40.0)
    results = []
    for black, span in ((-1024.0, whole), (-160.0, narrow)):
        ct = LowDoseCt(photons=5e4, surrounding_mm=100.0, black_hu=black, white_hu=black + span)
        results.append(ct((clean - black) / span, rng()) * span + black)
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=0.1)


def test_the_gradient_takes_the_noise_for_a_constant():
    clean = torch.full((1, 1, 16, 16), WATER, requires_grad=True)
    LowDoseCt()(clean, rng()).sum().backward()
    assert (clean.grad == 1).all()


def test_values_out_of_range_are_refused():
    for name, value in (("photons", 1.0), ("pixel_mm", 0.0), ("surrounding_mm", -1.0), ("electronic", -1.0)):
        with pytest.raises(BadInputError, match=rf"{name} lies in"):
            LowDoseCt(**{name: value})
    with pytest.raises(BadInputError, match=r"views is a whole number in \[0, 10000\], but came as -1"):
        LowDoseCt(views=-1)
    with pytest.raises(BadInputError, match=r"white_hu lies above black_hu, but they came as -1000.0 and 0.0"):
        LowDoseCt(black_hu=0.0, white_hu=-1000.0)
