"""Losses and gradients that are no numbers: the step is left out, and many of them in a row end the run."""

from typing import Any

import torch
from jaxtyping import Float
from lightning.fabric import Fabric
from torch import Tensor

from relume.errors import BadModelError

IN_A_ROW = 10
# In 16-mixed the first steps overflow until the scale of the loss is found: it is halved each time, from 65536.
IN_A_ROW_HALF = 30


class Health:
    """Counts, on the device, the steps whose loss or gradient was not finite; nothing waits for the device."""

    def __init__(self, device: torch.device, *, precision: str, of: str = "The loss") -> None:
        self.of = of
        self.limit = IN_A_ROW_HALF if precision == "16-mixed" else IN_A_ROW
        self.skipped, self._row, self._longest = (torch.zeros((), device=device) for _ in range(3))

    def judge(self, optimizer: torch.optim.Optimizer, *figures: Tensor) -> None:
        """Let the next step of `optimizer` (a fused one) change nothing if any of `figures` is not finite."""
        sick = ~torch.stack([figure.detach().float() for figure in figures]).isfinite().all()
        sick = sick.float()
        # What a gradient scaler tells the fused optimisers, and they read on the device.
        told: Any = optimizer
        told.found_inf = sick
        self.skipped += sick
        self._row = (self._row + 1) * sick
        self._longest = torch.maximum(self._longest, self._row)

    def check(self, step: int) -> bool:
        """Whether the last step was sound; raises when too many in a row were not. Waits for the device."""
        if float(self._longest) >= self.limit:
            raise BadModelError(
                f"{self.of} or its gradient was no finite number in {self.limit} steps in a row, up to step {step}; "
                "the state saved last is whole. Resume with a lower rate (--set learning_rate=…), or in 32-true."
            )
        return float(self._row) == 0


def clipped(fabric: Fabric, optimizer: Any, *, most: float) -> Float[Tensor, ""]:
    """Shorten the gradient of what Fabric's `optimizer` moves to the norm `most`; the norm that it had."""
    scaler: Any = getattr(fabric.strategy.precision, "scaler", None)
    if scaler is not None:
        # Fabric will not, for a fused optimiser; but one that finds its gradients unscaled takes them as they are.
        scaler.unscale_(optimizer.optimizer)
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    return torch.nn.utils.clip_grad_norm_(weights, most)
