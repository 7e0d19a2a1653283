"""Peak signal-to-noise ratio as a loss."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["Psnr"]


@dataclass(frozen=True, kw_only=True)
class Psnr:
    """10 log10(1 + MSE / floor) of each picture, in dB, averaged: the PSNR lost against an error of `floor`.

    Weighs pictures as a table of mean PSNR does: with L1, the pictures of strong noise drown those of weak noise.

    Attributes:
        floor: mean squared error below which there is little left to gain; 1e-5 is 50 dB.

    Reference: Chen et al., "HINet: Half Instance Normalization Network for Image Restoration", CVPRW 2021.
    """

    floor: float = 1e-5

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        error = (restored - clean).float().square().mean(dim=(1, 2, 3))
        return 10 * torch.log10(1 + error / self.floor).mean()
