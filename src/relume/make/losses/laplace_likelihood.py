"""How likely the clean picture is, by a net that also says how sure it is."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from relume.errors import ShapeMismatchError
from relume.make.losses._check import above_zero

__all__ = ["LaplaceLikelihood"]


@dataclass(frozen=True, kw_only=True)
class LaplaceLikelihood:
    """mean |restored - clean| / b + log b, b = exp(s) + least: minus the log-likelihood of Laplace noise of scale b.

    `s` is the second head's channel, which stands behind those of the picture: one number for all colours of a pixel.
    Where the net says s = 0 this is L1 (the constant log 2 is left out). The scale that is best for a pixel is its
    expected absolute error, in units of [0, 1]. `relume.make.uncertainty` mends its size afterwards.

    Attributes:
        least: smallest scale; below it, a pixel that is easy would pull without bound.

    Reference: Kendall & Gal, "What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?",
    NeurIPS 2017.
    """

    second_head: ClassVar[bool] = True

    least: float = 1e-3

    def __post_init__(self) -> None:
        above_zero("least", self.least)

    def __call__(self, restored: Float[Tensor, "b _ h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        channels = clean.shape[1]
        if restored.shape[1] != channels + 1:
            raise ShapeMismatchError(
                f"The likelihood needs {channels} channels and the second head's one behind them, but the net gave "
                f"{restored.shape[1]}. Give the net the option uncertain=True."
            )
        scale = restored[:, channels:].exp() + self.least
        return ((restored[:, :channels] - clean).abs() / scale + torch.log(scale)).mean()
