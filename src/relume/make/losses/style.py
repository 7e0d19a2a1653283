"""The texture, wherever it lies."""

from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from relume.make.losses._backbone import features

__all__ = ["Style"]


@dataclass(frozen=True, kw_only=True)
class Style:
    """Sum over the backbone's features of mean |G(restored) - G(clean)| / mean |G(clean)|, G = F F' / (channels h w).

    The Gram matrix forgets where things are: it asks for the same grain, not for the same grains. Divided by its own
    size for each picture, since features of different layers differ a thousandfold.

    Attributes:
        backbone: a torch module, or the path of one; see `Perceptual`. Calling it without one is refused.
        layers: which of the backbone's outputs count; empty: all.

    Reference: Gatys et al., "Image Style Transfer Using Convolutional Neural Networks", CVPR 2016; Sajjadi et al.,
    "EnhanceNet", ICCV 2017.
    """

    backbone: str | Path | nn.Module | None = None
    layers: tuple[int, ...] = ()

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        with torch.no_grad():
            wanted = features("The style loss", self.backbone, clean)
        seen = features("The style loss", self.backbone, restored)
        chosen = self.layers or range(len(seen))
        return torch.stack([_distance(gram(seen[i]), gram(wanted[i])) for i in chosen]).sum()


def gram(seen: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c c"]:
    """How often each two features meet at one place."""
    flat = seen.flatten(2)
    return flat @ flat.mT / (flat.shape[1] * flat.shape[2])


def _distance(one: Float[Tensor, "b c c"], other: Float[Tensor, "b c c"]) -> Float[Tensor, ""]:
    size = other.abs().mean(dim=(1, 2)).clamp(min=1e-12)
    return ((one - other).abs().mean(dim=(1, 2)) / size).mean()
