"""What a regime begins: the losses of each step, and what else happens in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Float
from torch import Tensor

Losses = Mapping[str, Float[Tensor, ""]]


def _nothing(_: int) -> Losses:
    return {}


def _sound(_: int) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Learner:
    """One regime at work on one net. Whatever a step draws is a function of the recipe's seed and the step's number.

    Attributes:
        losses: of the net, for a step, weighted and by name; their sum is minimised.
        after: what happens once the net has made its step, say the discriminator's own; figures for the log.
        rates: for a step, a factor of the learning rate for each of the regime's groups of parameters.
        sound: whether what learns beside the net is known to be sound at a step; raises like `Health.check`, and waits
            for the device as well.
        parts: what has a state beside the net and its optimiser (`state_dict`, `load_state_dict`), by name.
    """

    losses: Callable[[int], Losses]
    after: Callable[[int], Losses] = _nothing
    rates: Callable[[int], Sequence[float]] = lambda _: (1.0,)
    sound: Callable[[int], bool] = _sound
    parts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def state(self) -> dict[str, Any]:
        """All that an exact resume needs beside the net and its optimiser."""
        return {name: part.state_dict() for name, part in self.parts.items()}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go back to what `state` gave."""
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
