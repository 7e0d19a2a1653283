"""What holds for each metric, whoever adds one."""

import dataclasses

import numpy as np
import pytest

from relume.errors import BadInputError, ShapeMismatchError
from relume.metrics import METRICS


def picture(channels=3, side=180):
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side] / np.float32(20)
    smooth = np.stack([0.5 + 0.3 * np.sin(x + i) * np.cos(y) for i in range(channels)], axis=2)
    return (smooth + 0.05 * rng.random(smooth.shape)).astype(np.float32)


def noisy(clean, sigma):
    noise = np.random.default_rng(2).standard_normal(clean.shape)
    return (clean + sigma * noise).astype(np.float32)


@pytest.mark.parametrize("name", METRICS)
class TestEveryMetric:
    def test_says_what_it_is(self, name):
        metric = METRICS[name]()
        assert isinstance(metric.unit, str)
        assert isinstance(metric.higher_is_better, bool)
        assert {field.name for field in dataclasses.fields(metric)} >= {"border", "channel"}

    def test_equal_pictures_are_best_and_more_noise_is_worse(self, name):
        metric, clean = METRICS[name](), picture()
        scores = [metric(noisy(clean, sigma), clean) for sigma in (0.0, 0.02, 0.05, 0.2)]
        assert scores == sorted(scores, reverse=metric.higher_is_better)
        assert len(set(scores)) == 4

    def test_gives_plain_floats(self, name):
        metric, clean = METRICS[name](), picture()
        assert type(metric(noisy(clean, 0.1), clean)) is float
        assert all(type(value) is float for value in metric.per_channel(noisy(clean, 0.1), clean))

    def test_per_channel_measures_each_by_itself(self, name):
        # Equal channels: a metric that looks at the restored picture alone may find more in one than in another.
        metric, clean = METRICS[name](), np.repeat(picture(1), 3, axis=2)
        damaged = clean.copy()
        damaged[..., 1] = noisy(clean, 0.1)[..., 1]
        red, green, blue = metric.per_channel(damaged, clean)
        assert red == blue == pytest.approx(metric(clean, clean), rel=1e-12)
        assert green == metric(damaged[..., 1:2], clean[..., 1:2]) != red

    @pytest.mark.parametrize("channels", [1, 2, 4])
    def test_takes_any_number_of_channels(self, name, channels):
        metric, clean = METRICS[name](), picture(channels)
        assert len(metric.per_channel(noisy(clean, 0.1), clean)) == channels

    def test_border_is_cut_from_every_side(self, name):
        clean = picture(side=190)
        damaged = noisy(clean, 0.05)
        framed = damaged.copy()
        framed[:3] = framed[-3:] = framed[:, :3] = framed[:, -3:] = 0
        metric = METRICS[name](border=3)
        assert metric(framed, clean) == metric(damaged, clean)
        assert metric(framed, clean) == METRICS[name]()(damaged[3:-3, 3:-3], clean[3:-3, 3:-3])
        assert METRICS[name](border=2)(framed, clean) != metric(framed, clean)

    @pytest.mark.parametrize("channel", ["y", "grey"])
    def test_luma_of_a_grey_picture_is_itself(self, name, channel):
        clean = picture(1)
        assert METRICS[name](channel=channel)(noisy(clean, 0.1), clean) == METRICS[name]()(noisy(clean, 0.1), clean)

    def test_y_is_a_compressed_grey(self, name):
        clean = picture()
        metric = METRICS[name](channel="y")
        assert len(metric.per_channel(noisy(clean, 0.1), clean)) == 1
        grey = METRICS[name](channel="grey")(noisy(clean, 0.1), clean)
        better = metric(noisy(clean, 0.1), clean) - grey
        assert (better > 0) == metric.higher_is_better

    def test_other_shapes_are_refused(self, name):
        with pytest.raises(
            ShapeMismatchError, match=r"one shape, but restored is \(180, 180, 3\) and clean is \(180, 180, 1\)"
        ):
            METRICS[name]()(picture(3), picture(1))

    def test_luma_of_two_channels_is_refused(self, name):
        with pytest.raises(BadInputError, match=r"makes channel 'y' of 3 channels .* but got 2\. Use channel='rgb'"):
            METRICS[name](channel="y")(picture(2), picture(2))

    def test_a_border_that_leaves_nothing_is_refused(self, name):
        with pytest.raises(BadInputError, match=r"180 by 180 with a border of 90 leaves 0 by 0. Use .* smaller border"):
            METRICS[name](border=90)(picture(), picture())

    def test_a_negative_border_is_refused(self, name):
        with pytest.raises(BadInputError, match=r"border of 0 or more whole pixels, but got -1\. Use 0 to cut none"):
            METRICS[name](border=-1)
