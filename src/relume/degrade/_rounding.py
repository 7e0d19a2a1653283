"""Rounding that a gradient passes through as if nothing had been rounded."""

from jaxtyping import Float
from torch import Tensor


def through(rounded: Float[Tensor, "*shape"], value: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """`rounded`, with the gradient of `value`.

    Reference: Bengio et al., "Estimating or Propagating Gradients Through Stochastic Neurons", 2013.
    """
    if not value.requires_grad:
        return rounded
    # A constant to autograd; adding it back may miss the rounded number by one unit in the last place.
    return value + (rounded - value).detach()


def to_levels(value: Float[Tensor, "*shape"], levels: float = 255.0) -> Float[Tensor, "*shape"]:
    """Pixels of [0, 1] as whole numbers 0 to `levels`, clipped, as a file of that depth stores them."""
    scaled = value.clamp(0, 1) * levels
    return through(scaled.detach().round(), scaled)
