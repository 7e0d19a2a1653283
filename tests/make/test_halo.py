import numpy as np
import pytest
from scipy import ndimage

from relume.make._pictures import dead_leaves
from relume.make.halo import measured_halo


class Blur:
    """A session whose margin is known: a box of 2 * reach + 1 pixels a side, mixed in with some weight."""

    def __init__(self, reach, weight=1.0):
        self.reach, self.weight = reach, weight
        self.fed = []

    def run(self, image, inputs):
        self.fed.append((image, inputs))
        size = (1, 2 * self.reach + 1, 2 * self.reach + 1, 1)
        blurred = ndimage.uniform_filter(image, size, mode="constant")
        return ((1 - self.weight) * image + self.weight * blurred).astype(np.float32)

    def stop(self):
        pass


@pytest.mark.parametrize("reach", [1, 6, 13])
def test_finds_the_margin_of_a_filter_whose_margin_is_known(reach):
    found = measured_halo(Blur(reach), multiple_of=1, reach=40, told=None)
    assert found == reach + 1  # and a step of the grid beside it


def test_is_rounded_up_to_the_grid_and_never_beyond_the_reach():
    assert measured_halo(Blur(6), multiple_of=8, reach=40, told=None) == 16
    assert measured_halo(Blur(13), multiple_of=8, reach=13, told=None) == 13


def test_a_net_that_is_told_the_quality_is_shown_jpegs_of_it_and_a_grey_one_grey_pictures():
    blur = Blur(6)
    assert measured_halo(blur, multiple_of=8, reach=40, told="quality", channels=1) == 16
    wholes = blur.fed[::2]
    assert [float(told["quality"].flat[0]) for _, told in wholes] == pytest.approx([0.05, 0.2, 0.5, 0.9])
    assert all(image.shape[3] == 1 and told["quality"].shape == image.shape for image, told in wholes)
    # The coarsest keeps almost nothing but the mean of each block.
    jumps = [np.abs(np.diff(image[0, :, :, 0], axis=1)) for image, _ in wholes]
    across = [jump[:, 7::8].mean() / jump[:, 3::8].mean() for jump in jumps]
    assert across[0] > 2 * across[3]


def test_what_changes_less_than_half_a_level_needs_no_margin():
    assert measured_halo(Blur(6, weight=1e-3), multiple_of=1, reach=40, told=None) == 1


def test_dead_leaves_look_like_photographs_by_their_spectrum():
    picture = dead_leaves(192, 192, seed=0)
    assert picture.dtype == np.float32
    assert picture.min() >= 0
    assert picture.max() <= 1
    power = np.abs(np.fft.fft2(picture.mean(axis=2) - picture.mean())) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(192), np.fft.fftfreq(192)))
    band = (frequency > 0.01) & (frequency < 0.25)
    slope = np.polyfit(np.log(frequency[band]), np.log(power[band]), 1)[0]
    assert -3.2 < slope < -1.4  # photographs: about -2
    assert np.array_equal(picture, dead_leaves(192, 192, seed=0))
    assert not np.array_equal(picture, dead_leaves(192, 192, seed=1))
