import pytest

from relume.errors import UnknownNameError
from relume.metrics import METRICS, measure
from relume.metrics.psnr import Psnr


def test_the_catalogue_lists_what_there_is():
    assert {"mae", "ms_ssim", "psnr", "ssim"} <= set(METRICS)


def test_measure_gives_the_named_metrics_in_their_order(pair):
    restored, clean = pair()
    values = measure(restored, clean, names=("ssim", "psnr"), border=2, channel="y")
    assert list(values) == ["ssim", "psnr"]
    assert values["psnr"] == Psnr(border=2, channel="y")(restored, clean)
    assert list(measure(restored, clean)) == ["psnr", "ssim"]


def test_an_unknown_metric_is_refused_with_a_guess(pair):
    with pytest.raises(UnknownNameError, match=r"No metric named 'psnrr'\. Did you mean 'psnr'"):
        measure(*pair(), names=("psnrr",))
