"""How good the averaged weights are while they train: PSNR on pictures that are held out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from relume.make.corpus import Corpus
from relume.make.recipe import Recipe
from relume.make.regimes import REGIMES

SIDE = 128
COUNT = 16


@dataclass(frozen=True)
class Validation:
    """Crops of held-out pictures, degraded once as the recipe does it; the same crops at every step of a run."""

    clean: Float[Tensor, "b 3 h w"]
    inputs: tuple[Float[Tensor, "b _ h w"], ...]

    @classmethod
    def of(cls, recipe: Recipe, held_out: Corpus) -> "Validation | None":
        """From the pictures that are large enough; None where there are none."""
        large = [index for index, picture in enumerate(held_out.pictures) if min(picture.shape[1:]) >= SIDE]
        if not large:
            return None
        fitting = Corpus([held_out.pictures[i] for i in large], [held_out.names[i] for i in large])
        pairs: list[Any] = [REGIMES[recipe.regime].pair(recipe, fitting, index, side=SIDE) for index in range(COUNT)]
        clean, *inputs = (torch.cat(column) for column in zip(*pairs, strict=True))
        return cls(clean, tuple(inputs))

    def psnr(self, net: nn.Module, weights: dict[str, Tensor]) -> float:
        """Mean over the crops, of the clipped result, in dB. Draws nothing and leaves the net as it was."""
        device = next(iter(weights.values())).device
        with torch.no_grad():
            inputs = tuple(part.to(device) for part in self.inputs)
            restored = functional_call(net, weights, inputs)
        error = (restored.clamp(0, 1).cpu().double() - self.clean).square().mean(dim=(1, 2, 3))
        return float(np.mean(-10 * np.log10(error.clamp(min=1e-10).numpy())))
