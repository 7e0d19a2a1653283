"""The error of the spectrum."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["Frequency"]


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """Mean over rfft2's half plane of |Re| + |Im| of F(restored) - F(clean), F orthonormal.

    L1 on pixels gives up fine texture first; here every frequency counts alike. Orthonormal, so that its size does not
    grow with the crop's.

    Reference: Cho et al., "Rethinking Coarse-to-Fine Approach in Single Image Deblurring" (MIMO-UNet), ICCV 2021.
    """

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        # Half precision has no transform of every size.
        spectrum = torch.fft.rfft2((restored - clean).float(), norm="ortho")
        return torch.view_as_real(spectrum).abs().sum(dim=-1).mean()
