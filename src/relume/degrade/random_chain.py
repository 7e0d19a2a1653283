"""Many degradations one after the other, in an order and a choice that differ from batch to batch."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._catalog import DEGRADATIONS
from relume.degrade._draw import Range, check, check_whole
from relume.degrade._resample import resized
from relume.errors import BadInputError

__all__ = ["RandomChain"]


@dataclass(frozen=True, kw_only=True)
class RandomChain:
    """y = the parts, each with its chance, in shuffled order, `rounds` times over: a model of pictures from anywhere.

    The choice and the order are drawn once for each round of a batch; within a part each picture draws its own. Parts
    may change the size: at the end the result has that of x divided by `scale` (bicubic).

    Attributes:
        parts: degradations; empty is blur, resizing, noise and JPEG, as Real-ESRGAN has them.
        chances: probability of each part in each round; empty is always.
        rounds: how often it goes through the parts; 2 is the "second order" of Real-ESRGAN.
        shuffle: in any order (BSRGAN), not that of `parts` (Real-ESRGAN).
        scale: how many times smaller the result is, 1 to 16.

    Reference: Wang et al., "Real-ESRGAN", ICCVW 2021; Zhang et al., "Designing a Practical Degradation Model for Deep
    Blind Image Super-Resolution" (BSRGAN), ICCV 2021.
    """

    parts: tuple[Any, ...] = ()
    chances: tuple[float, ...] = ()
    rounds: int = 2
    shuffle: bool = True
    scale: int = 1

    def __post_init__(self) -> None:
        check_whole("rounds", self.rounds, low=1, high=10)
        check_whole("scale", self.scale, low=1, high=16)
        for one in self.chances:
            check("each of chances", one, low=0.0, high=1.0)
        if self.chances and len(self.chances) != len(self._used()):
            raise BadInputError(
                f"random_chain takes one chance for each of its {len(self._used())} parts, but got {len(self.chances)}."
            )

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h2 w2"]:
        degraded, parts = clean, self._used()
        chances = self.chances or (1.0,) * len(parts)
        for _ in range(self.rounds):
            # One transfer for a round: what is drawn on a GPU has to be waited for.
            drawn = torch.rand((2, len(parts)), generator=rng, device=clean.device).tolist()
            order = sorted(range(len(parts)), key=drawn[0].__getitem__) if self.shuffle else range(len(parts))
            for k in order:
                degraded = parts[k](degraded, rng) if drawn[1][k] < chances[k] else degraded
        height, width = (-(-side // self.scale) for side in clean.shape[2:])
        if degraded.shape[2:] != (height, width):
            return resized(degraded, height, width, kernel="bicubic")
        return clean.clone() if degraded is clean else degraded

    def _used(self) -> tuple[Any, ...]:
        return self.parts or _usual()


def _usual() -> tuple[Any, ...]:
    make = DEGRADATIONS.__getitem__
    blurs = (
        make("gaussian_blur")(sigma=Range(0.2, 3.0)),
        make("gaussian_blur")(sigma=Range(0.2, 3.0), ratio=Range(0.3, 1.0)),
        make("defocus_blur")(radius=Range(0.5, 3.0)),
    )
    noises = (
        make("gaussian_noise")(sigma=Range(1 / 255, 25 / 255)),
        make("poisson_noise")(photons=Range(100.0, 2000.0)),
        make("correlated_noise")(grey=0.4),
    )
    return (
        make("mixture")(parts=blurs, shares=(0.5, 0.35, 0.15)),
        make("random_resize")(factor=Range(0.3, 1.2), back=False),
        make("mixture")(parts=noises, per_batch=True),
        make("jpeg")(quality=Range(30.0, 95.0)),
    )
