"""How good the averaged weights are while they train: PSNR on pictures that are held out."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from relume.make.data import AbstractData
from relume.make.recipe import Recipe
from relume.make.regimes._pairs import Pairs, told

SIDE = 128  # pixels of a crop, or as many fewer as the net's grid asks for
COUNT = 16


@dataclass(frozen=True)
class Validation:
    """Crops of held-out pictures, degraded once as the recipe does it; the same crops at every step of a run."""

    clean: Float[Tensor, "b c h w"]
    inputs: tuple[Float[Tensor, "b _ _ _"], ...]

    @classmethod
    def of(cls, recipe: Recipe, held_out: AbstractData | None, *, net: Any) -> "Validation | None":
        """For `net`, from the pictures that are large enough; None where there are none."""
        if held_out is None:
            return None
        grid = math.lcm(net.multiple_of * net.scale, held_out.scale)
        side = max(SIDE // grid, 1) * grid
        if not held_out.fits(side):
            return None
        pairs = Pairs(recipe=recipe, data=held_out, told=told(net))
        batches = [pairs.held_out(index, side=side) for index in range(COUNT)]
        columns = zip(*((batch.clean, *batch.inputs(net)) for batch in batches), strict=True)
        clean, *inputs = (torch.cat(column) for column in columns)
        return cls(clean, tuple(inputs))

    @torch.no_grad()
    def restored(self, net: nn.Module) -> Float[Tensor, "b c h w"]:
        """What `net`, which is in evaluation mode, makes of the crops; on the CPU, not clipped."""
        device = next(net.parameters()).device
        return net(*(part.to(device) for part in self.inputs))[:, : self.clean.shape[1]].cpu()

    def psnr(self, restored: Float[Tensor, "b c h w"]) -> float:
        """Mean over the crops, of the clipped result, in dB."""
        error = (restored.clamp(0, 1).double() - self.clean).square().mean(dim=(1, 2, 3))
        return float(np.mean(-10 * np.log10(error.clamp(min=1e-10).numpy())))
