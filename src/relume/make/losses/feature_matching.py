"""What a discriminator sees differently."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from relume.make.losses._backbone import features

__all__ = ["FeatureMatching"]


@dataclass(frozen=True, kw_only=True)
class FeatureMatching:
    """Mean over the features of mean |f(restored) - f(clean)|, unscaled.

    Beside an adversarial loss it steadies the generator: it is told which picture was meant, in the discriminator's own
    terms. In a training run hand `distance` the `features` of the live discriminator; with a `backbone` it is a loss
    like any other.

    Attributes:
        backbone: a torch module, or the path of one; see `Perceptual`. Calling it without one is refused.

    Reference: Wang et al., "High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs"
    (pix2pixHD), CVPR 2018.
    """

    backbone: str | Path | nn.Module | None = None

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        with torch.no_grad():
            wanted = features("Feature matching", self.backbone, clean)
        return self.distance(features("Feature matching", self.backbone, restored), wanted)

    def distance(self, seen: Sequence[Tensor], wanted: Sequence[Tensor]) -> Float[Tensor, ""]:
        """Between the features of restored and of clean pictures; no gradient flows into the latter."""
        pairs = zip(seen, wanted, strict=True)
        return torch.stack([(one - other.detach()).abs().mean() for one, other in pairs]).mean()
