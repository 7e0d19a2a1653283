"""The chain: what goes in comes out restored, the same however it was cut, in whatever order its parts came back."""

import queue
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.run.conftest import box_mean

from relume.errors import BadInputError, OutOfMemoryError
from relume.image import Box, Image, Kept
from relume.run.manifest import Manifest
from relume.run.noise import Gaussian
from relume.run.plan import fit
from relume.run.restorer import Job, Restorer, Steps, check_strength, cut, enlarged, run_tiles
from relume.run.source import ImageReader, ImageWriter
from relume.run.store import Store


def restorer(models: Path, task: str = "denoise", name: str = "mean") -> Restorer:
    model = Store(models).get(task, name)
    return Restorer(model.manifest, model.open())


def restore(
    image: Image, steps: Steps, *, side: int = 96, shuffle: bool = False, multiple_of: int | None = None
) -> Image:
    grid = fit(image.height, image.width, manifest=steps.restorer.manifest, halo=steps.halo, side=side)
    out = ImageWriter(ImageReader(image), scale=steps.restorer.manifest.scale)
    job = Job(steps, grid, ImageReader(image), out.write)
    done = [(tile, run_tiles([(tile.job.steps, tile.pixels)])[0]) for tile in job.tiles()]
    if shuffle:
        random.Random(0).shuffle(done)
    for tile, pixels in done:
        job.accept(tile, pixels)
    return out.image()


def picture(height: int, width: int, channels: int = 3, *, alpha: bool = False) -> Image:
    rng = np.random.default_rng(height + width)
    opacity = rng.random((height, width), np.float32) if alpha else None
    return Image(pixels=rng.random((height, width, channels), np.float32), alpha=opacity, kept=Kept(dpi=(72, 72)))


@pytest.mark.parametrize("size", [(40, 50), (96, 96), (97, 300), (301, 143)])
def test_a_tiled_result_equals_the_untiled_one(models: Path, size: tuple[int, int]) -> None:
    image = picture(*size)
    steps = Steps(restorer=restorer(models), treatment=Gaussian(sigma=0.0))
    np.testing.assert_allclose(restore(image, steps).pixels, box_mean(image.pixels), atol=1e-5)


def test_the_order_in_which_tiles_come_back_changes_no_bit(models: Path) -> None:
    image = picture(301, 243, alpha=True)
    steps = Steps(restorer=restorer(models), treatment=Gaussian(sigma=0.0))
    straight, shuffled = restore(image, steps), restore(image, steps, shuffle=True)
    np.testing.assert_array_equal(straight.pixels, shuffled.pixels)
    assert shuffled.alpha is not None
    np.testing.assert_array_equal(shuffled.alpha, image.alpha)


def test_the_model_is_told_the_noise(models: Path) -> None:
    image = picture(50, 60)
    loud = restore(image, Steps(restorer=restorer(models), treatment=Gaussian(sigma=0.25)))
    np.testing.assert_allclose(loud.pixels, box_mean(image.pixels) + 0.25, atol=1e-5)


def test_strength_moves_evenly_from_the_picture_to_the_result(models: Path) -> None:
    image = picture(120, 110)
    tool = restorer(models)
    whole = restore(image, Steps(restorer=tool, treatment=Gaussian(sigma=0.0))).pixels - image.pixels
    for strength in (0.25, 0.5, 0.75):
        part = restore(image, Steps(restorer=tool, treatment=Gaussian(sigma=0.0), strength=strength)).pixels
        np.testing.assert_allclose(part - image.pixels, strength * whole, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_other_channel_counts_are_restored_one_by_one(models: Path, channels: int) -> None:
    image = picture(110, 50, channels)
    steps = Steps(restorer=restorer(models), treatment=Gaussian(sigma=0.0))
    np.testing.assert_allclose(restore(image, steps).pixels, box_mean(image.pixels), atol=1e-5)


def test_an_upscaler_takes_alpha_along(models: Path) -> None:
    image = picture(130, 111, alpha=True)
    large = restore(image, Steps(restorer=restorer(models, "upscale", "twice")))
    assert large.pixels.shape == (260, 222, 3)
    np.testing.assert_allclose(large.pixels, box_mean(image.pixels).repeat(2, 0).repeat(2, 1), atol=1e-5)
    assert image.alpha is not None
    assert large.alpha is not None
    wanted = enlarged(image.alpha[..., None], 2)[..., 0].clip(0, 1)
    np.testing.assert_allclose(large.alpha[8:-8, 8:-8], wanted[8:-8, 8:-8], atol=0.02)


def test_strength_0_of_an_upscaler_is_bicubic(models: Path) -> None:
    image = picture(40, 44)
    large = restore(image, Steps(restorer=restorer(models, "upscale", "twice"), strength=0.0))
    np.testing.assert_allclose(large.pixels, enlarged(image.pixels, 2), atol=1e-6)


class Scarce:
    """A session that has memory for tiles of at most `room` pixels."""

    def __init__(self, session: Any, room: int) -> None:
        self.session, self.room, self.runs = session, room, 0

    def run(self, image: np.ndarray, inputs: dict[str, np.ndarray]) -> np.ndarray:
        if image[..., 0].size > self.room:
            raise OutOfMemoryError("too large")
        self.runs += 1
        return self.session.run(image, inputs)

    def stop(self) -> None: ...


def test_smaller_tiles_are_tried_when_memory_runs_out_and_change_nothing(models: Path) -> None:
    image = picture(150, 150)
    tool = restorer(models)
    scarce = Scarce(tool.session, 60 * 60)
    steps = Steps(restorer=Restorer(tool.manifest, scarce), treatment=Gaussian(sigma=0.0))
    np.testing.assert_allclose(restore(image, steps).pixels, box_mean(image.pixels), atol=1e-5)
    assert scarce.runs > 9


def test_a_batch_too_large_is_run_one_by_one(models: Path) -> None:
    tool = restorer(models)
    scarce = Scarce(tool.session, 50 * 50)
    steps = Steps(restorer=Restorer(tool.manifest, scarce), treatment=Gaussian(sigma=0.0))
    tiles = [picture(50, 50).pixels, picture(50, 50).pixels * 0.5]
    first, second = run_tiles([(steps, tile) for tile in tiles])
    np.testing.assert_allclose(second, 0.5 * first, atol=1e-6)
    assert scarce.runs == 2


def test_memory_for_nothing_at_all_is_said(models: Path) -> None:
    tool = restorer(models)
    steps = Steps(restorer=Restorer(tool.manifest, Scarce(tool.session, 10)), treatment=Gaussian(sigma=0.0))
    with pytest.raises(OutOfMemoryError, match=r"Not even a tile of \d+x\d+ pixels fits"):
        restore(picture(90, 90), steps)
    none = Steps(restorer=Restorer(tool.manifest, Scarce(tool.session, 0)), treatment=Gaussian(sigma=0.0))
    with pytest.raises(OutOfMemoryError, match="Not even a tile of 1x1 pixels fits"):
        restore(picture(1, 1), none)


def test_a_model_that_needs_the_whole_picture_cannot_be_cut(models: Path) -> None:
    tool = restorer(models)
    whole = tool.manifest.model_copy(update={"halo": None})
    steps = Steps(restorer=Restorer(whole, Scarce(tool.session, 10)), treatment=Gaussian(sigma=0.0))
    with pytest.raises(OutOfMemoryError, match="mean needs the whole picture at once, and 90x80 pixels do not fit"):
        restore(picture(80, 90), steps)


def test_what_lies_beyond_the_rim_is_mirrored_or_repeated() -> None:
    pixels = np.arange(6, dtype=np.float32).reshape(2, 3, 1)
    wide = cut(pixels, Box(0, 0, 5, 5))[..., 0]
    np.testing.assert_array_equal(wide[0], [0, 1, 2, 1, 0])
    np.testing.assert_array_equal(wide[:, 0], [0, 3, 3, 3, 3])


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_strength_has_two_ends(strength: float) -> None:
    with pytest.raises(BadInputError, match="strength goes from 0"):
        check_strength(strength)


def test_a_grid_of_eight_is_kept(models: Path) -> None:
    """Nets that halve the picture thrice see the same cells in every tile."""
    tool = restorer(models)
    manifest: Manifest = tool.manifest.model_copy(update={"multiple_of": 8, "halo": 8})
    image = picture(211, 157)
    steps = Steps(restorer=Restorer(manifest, tool.session), treatment=Gaussian(sigma=0.0))
    restored = restore(image, steps).pixels
    # At the lower and right rim the picture is continued by mirroring, not by zeros.
    np.testing.assert_allclose(restored[:-2, :-2], box_mean(image.pixels)[:-2, :-2], atol=1e-5)


def test_a_missing_value_stays_one_and_infects_nobody(models: Path) -> None:
    image = picture(120, 110)
    image.pixels[60, 50:53, 1] = np.nan
    image.pixels[10, 10, 0] = np.inf
    restored = restore(image, Steps(restorer=restorer(models), treatment=Gaussian(sigma=0.0))).pixels
    np.testing.assert_array_equal(np.isfinite(restored), np.isfinite(image.pixels))


def test_an_upscaler_enlarges_gaps_with_the_rest(models: Path) -> None:
    image = picture(50, 40)
    image.pixels[20, 30] = np.nan
    large = restore(image, Steps(restorer=restorer(models, "upscale", "twice"))).pixels
    assert np.argwhere(np.isnan(large[..., 0])).tolist() == [[40, 60], [40, 61], [41, 60], [41, 61]]


def test_alpha_that_comes_while_rows_are_handed_out_is_not_lost(models: Path) -> None:
    """Reading and handing out go on in two threads."""
    image = picture(1500, 8, alpha=True)
    steps = Steps(restorer=restorer(models), treatment=Gaussian(sigma=0.0))
    grid = fit(image.height, image.width, manifest=steps.restorer.manifest, halo=steps.halo, side=40)
    out = ImageWriter(ImageReader(image), scale=1)
    job = Job(steps, grid, ImageReader(image), out.write)
    tiles: queue.Queue[Any] = queue.Queue()
    thread = threading.Thread(target=lambda: [tiles.put(tile) for tile in [*job.tiles(), None]])
    thread.start()
    while (tile := tiles.get()) is not None:
        job.accept(tile, tile.pixels)
    thread.join()
    np.testing.assert_array_equal(out.image().alpha, image.alpha)


@pytest.mark.parametrize("told", [Gaussian(sigma=0.1), None])
def test_values_that_are_not_0_to_1_are_refused_with_the_way_out(models: Path, told: Gaussian | None) -> None:
    """Also where nobody looks at the picture first, because its noise is known."""
    image = Image(pixels=picture(40, 40).pixels * 255)
    tool = restorer(models) if told else restorer(models, "upscale", "twice")
    with pytest.raises(BadInputError, match=r"Values run from [\d.e-]+ to 25\d\.\d+; models take 0 \(black\) to 1"):
        restore(image, Steps(restorer=tool, treatment=told))


def test_infinity_stays_itself_at_any_strength(models: Path) -> None:
    image = picture(60, 50)
    image.pixels[30, 20, 1] = np.inf
    restored = restore(image, Steps(restorer=restorer(models), treatment=Gaussian(sigma=0.0), strength=0.5)).pixels
    assert np.argwhere(~np.isfinite(restored)).tolist() == [[30, 20, 1]]


@pytest.mark.parametrize(("task", "name", "scale"), [("denoise", "mean", 1), ("upscale", "twice", 2)])
def test_a_mask_limits_the_change_in_space(models: Path, task: str, name: str, scale: int) -> None:
    image = picture(150, 170)
    mask = np.zeros((150, 170), np.float32)
    mask[:, 80:] = 0.5
    tool = restorer(models, task, name)
    treatment = Gaussian(sigma=0.0) if scale == 1 else None
    whole = restore(image, Steps(restorer=tool, treatment=treatment)).pixels
    part = restore(image, Steps(restorer=tool, treatment=treatment, mask=mask)).pixels
    plain = image.pixels if scale == 1 else enlarged(image.pixels, scale)
    edge = 80 * scale
    np.testing.assert_allclose(part[:, : edge - 4], plain[:, : edge - 4], atol=1e-6)
    np.testing.assert_allclose(part[:, edge + 4 :], ((plain + whole) / 2)[:, edge + 4 :], atol=1e-6)
