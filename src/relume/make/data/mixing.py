"""Augmentations that mix pictures: functions on (clean, degraded) for regimes that want them."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from relume.errors import BadInputError, ShapeMismatchError


def mixup(
    clean: Float[Tensor, "b c h w"],
    degraded: Float[Tensor, "b d h2 w2"],
    *,
    rng: np.random.Generator,
    alpha: float = 1.2,
) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b d h2 w2"]]:
    """Each pair faded into another of the batch: `m x + (1 - m) x'` on both sides, m from Beta(alpha, alpha).

    For degradations that are about linear (blur, downscaling, additive noise, which grows weaker by it).

    Reference: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018; alpha as in Yoo et al. below.
    """
    if alpha <= 0:
        raise BadInputError(f"alpha of mixup is above 0, but came as {alpha}.")
    order = torch.from_numpy(rng.permutation(len(clean))).to(clean.device)
    share = torch.from_numpy(rng.beta(alpha, alpha, len(clean))).to(clean).view(-1, 1, 1, 1)
    return share * clean + (1 - share) * clean[order], share * degraded + (1 - share) * degraded[order]


def cutblur(
    clean: Float[Tensor, "b c h w"],
    degraded: Float[Tensor, "b c h2 w2"],
    *,
    rng: np.random.Generator,
    alpha: float = 0.7,
) -> Float[Tensor, "b c h w"]:
    """The degraded pictures with a rectangle that is clean, or clean ones with a rectangle that is degraded.

    The net so learns where to restore, and to leave alone what is clean. The rectangle has about `alpha` of each side
    and lies anywhere; which of the two it is, is even chance for each picture.

    Reference: Yoo, Ahn & Sohn, "Rethinking Data Augmentation for Image Super-resolution", CVPR 2020.
    """
    if clean.shape != degraded.shape:
        raise ShapeMismatchError(
            f"Cutblur exchanges pixels, so both sides have one shape, but clean is {tuple(clean.shape)} and degraded "
            f"{tuple(degraded.shape)}. Bring the degraded side to the clean size first."
        )
    if not 0 < alpha <= 1:
        raise BadInputError(f"alpha of cutblur is above 0 and at most 1, but came as {alpha}.")
    inside = np.stack([_rectangle(clean.shape[2], clean.shape[3], alpha, rng) for _ in range(len(clean))])
    inside ^= rng.random(len(clean))[:, None, None] < 0.5
    return torch.where(torch.from_numpy(inside)[:, None].to(clean.device), clean, degraded)


def _rectangle(height: int, width: int, alpha: float, rng: np.random.Generator) -> np.ndarray:
    share = np.clip(rng.normal(alpha, 0.01), 0, 1)  # the paper's spread
    rows, columns = max(1, int(height * share)), max(1, int(width * share))
    top, left = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
    inside = np.zeros((height, width), bool)
    inside[top : top + rows, left : left + columns] = True
    return inside
