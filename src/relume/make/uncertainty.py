"""Is a net as unsure as it is wrong? What its second head says, measured on held-out pictures and mended by one number.

A net trained with `LaplaceLikelihood` gives, behind the channels of the picture, the logarithm of the scale of each
pixel's absolute error. Scales come out too small on pictures that were not trained on; one factor, found on held-out
ones, makes them right on average without a change of which pixel is surer than which.

Reference: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017 (one temperature); Kuleshov et al.,
"Accurate Uncertainties for Deep Learning Using Calibrated Regression", ICML 2018 (coverage).
"""

import math

from jaxtyping import Float
from torch import Tensor

from relume.errors import BadInputError, ShapeMismatchError
from relume.make.losses.laplace_likelihood import LaplaceLikelihood


def heads(
    output: Float[Tensor, "b _ h w"], *, channels: int, least: float = LaplaceLikelihood().least
) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
    """The restored picture, and the scale of each pixel's absolute error in units of [0, 1].

    `least` is the loss's smallest scale, which was added in training too.
    """
    if output.shape[1] != channels + 1:
        raise ShapeMismatchError(
            f"A net with a second head gives {channels} channels and one behind them, but this gave {output.shape[1]}. "
            "Train one with the option uncertain=True and the loss laplace_likelihood."
        )
    return output[:, :channels], output[:, channels:].exp() + least


def calibration(
    restored: Float[Tensor, "b c h w"], scale: Float[Tensor, "b 1 h w"], clean: Float[Tensor, "b c h w"]
) -> float:
    """The factor for all scales under which the clean pictures are most likely: mean |restored - clean| / scale.

    1 is a net that is as unsure as it is wrong; above 1 it was too sure.
    """
    return float(((restored - clean).abs() / scale).mean().detach())


def coverage(
    restored: Float[Tensor, "b c h w"],
    scale: Float[Tensor, "b 1 h w"],
    clean: Float[Tensor, "b c h w"],
    *,
    share: float,
) -> float:
    """The share of values that lie within the interval that should hold `share` of them.

    For a Laplace distribution that is restored ± scale * log(1 / (1 - share)).
    """
    if not 0 < share < 1:
        raise BadInputError(f"share lies between 0 and 1, say 0.9, but came as {share:g}.")
    return float(((restored - clean).abs() <= scale * math.log(1 / (1 - share))).float().mean())
