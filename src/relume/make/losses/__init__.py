"""Losses, one file each: (restored, clean) → a scalar to minimise. They are values, and go to JSON and back.

The loss of a batch is the mean of those of its pictures. Adversarial losses compare scores, not pictures: they are a
catalogue of their own, `relume.make.losses.adversarial`.
"""

from typing import Any

from jaxtyping import Float
from torch import Tensor

from relume.catalog import Catalog

LOSSES = Catalog("loss", __name__)

describe = LOSSES.describe
build = LOSSES.build


def measure(loss: Any, output: Float[Tensor, "b _ h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
    """The loss of what a net gave, which may carry a second head's channel behind those of the picture.

    Only losses with a true `second_head` see that channel; the others get the picture alone.
    """
    if getattr(loss, "second_head", False):
        return loss(output, clean)
    return loss(output[:, : clean.shape[1]], clean)


__all__ = ["LOSSES", "build", "describe", "measure"]
