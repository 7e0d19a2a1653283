"""What a network that knows pictures sees differently."""

from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.make.losses._backbone import features

__all__ = ["Perceptual"]


@dataclass(frozen=True, kw_only=True)
class Perceptual:
    """Sum over the backbone's features of mean |u(restored) - u(clean)|^2, u: each place's channels at length 1.

    Textures that look alike are near though their pixels are not; alone it leaves fine checkerboards, so mix it with a
    loss on pixels. Unit length (LPIPS's) makes layers and backbones of any scale count alike; the square is summed
    over channels and averaged over places, so each layer gives between 0 and 4.

    Attributes:
        backbone: a torch module, or the path of one: TorchScript, or weights of SqueezeNet 1.0 or a VGG. There is
            none to begin with, since none is shipped: calling it without one is refused. Only a path goes to JSON.
        layers: which of the backbone's outputs count; empty: all.

    Reference: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", CVPR 2018;
    Johnson et al., "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", ECCV 2016.
    """

    backbone: str | Path | nn.Module | None = None
    layers: tuple[int, ...] = ()

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        with torch.no_grad():
            wanted = features("The perceptual loss", self.backbone, clean)
        seen = features("The perceptual loss", self.backbone, restored)
        chosen = self.layers or range(len(seen))
        distances = [
            (functional.normalize(seen[i], dim=1) - functional.normalize(wanted[i], dim=1)).square().sum(1).mean()
            for i in chosen
        ]
        return torch.stack(distances).sum()
