"""Nobody has clean pictures: learn from noisy ones alone."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from lightning.fabric import Fabric
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.data import AbstractData
from relume.make.recipe import Recipe
from relume.make.regimes._groups import Groups, one_group
from relume.make.regimes._learner import Learner, Losses
from relume.make.regimes._pairs import Pairs, told

__all__ = ["SelfSupervised"]

# Of a cell of 2 x 2 pixels, row by row: all ordered pairs of neighbours that touch by an edge.
NEIGHBOURS = ((0, 1), (1, 0), (0, 2), (2, 0), (1, 3), (3, 1), (2, 3), (3, 2))


@dataclass(frozen=True, kw_only=True)
class SelfSupervised:
    """Noise of zero mean that differs from pixel to pixel cannot be foretold, so a net that tries learns the picture.

    The pictures of the data are the noisy ones (a recipe with an empty `degrade`); a recipe with a degradation plays
    such data. The losses are the papers' squared errors, not the recipe's: only those have the clean picture as their
    best answer.

    `neighbours`: g1 and g2 take two neighbouring pixels of each cell of 2 x 2, at random; with f the net and y the
    picture: |f(g1 y) - g2 y|^2 + weight |f(g1 y) - g2 y - (g1 f(y) - g2 f(y))|^2, whose second part makes up for the
    neighbours' not being the same point. `blind_spot`: a share of pixels is replaced by one of its neighbours, and only
    there the result is compared with the picture.

    Attributes:
        way: neighbours or blind_spot.
        weight: of the second part, reached evenly over the run, as in the paper.
        share: of pixels that are hidden at once.
        sigma: the noise level that the net is told, where it asks; 0: not known.

    Reference: Huang et al., "Neighbor2Neighbor: Self-Supervised Denoising from Single Noisy Images", CVPR 2021;
    Krull et al., "Noise2Void - Learning Denoising from Single Noisy Images", CVPR 2019.
    """

    way: str = "neighbours"
    weight: float = 2.0
    share: float = 0.02
    sigma: float = 0.0

    def __post_init__(self) -> None:
        if self.way not in ("neighbours", "blind_spot"):
            raise BadInputError(f"way is neighbours or blind_spot, but came as {self.way!r}.")
        if not 0 < self.share < 1 or self.weight < 0 or not 0 <= self.sigma <= 1:
            raise BadInputError(
                f"share lies between 0 and 1, weight is at least 0 and sigma from 0 to 1, but came as {self.share}, "
                f"{self.weight} and {self.sigma}."
            )

    def groups(self, net: nn.Module) -> Groups:
        """All parameters learn alike."""
        return one_group(net)

    def begin(self, recipe: Recipe, data: AbstractData, net: nn.Module, fabric: Fabric) -> Learner:
        """Train `net` on pictures that nobody knows clean."""
        if net.scale != 1:
            raise BadInputError(f"{recipe.net} enlarges; only nets of scale 1 learn from noisy pictures alone.")
        halves = self.way == "neighbours" and any(phase.crop % (2 * net.multiple_of) for phase in recipe.phases)  # pyright: ignore[reportOperatorIssue]
        if halves:
            raise BadInputError(f"Neighbours halve the crop: choose crops that are multiples of {2 * net.multiple_of}.")  # pyright: ignore[reportOperatorIssue]
        # The clean crops are never looked at.
        pairs = Pairs.of(replace(recipe, mixup=0.0, cutblur=0.0), data, fabric, nets=[net])

        def losses(step: int) -> Losses:
            batch = pairs.batch(step)
            rng = torch.Generator(fabric.device).manual_seed(recipe.seed * 1_000_003 + step)
            maps = [
                batch.told[name] if recipe.degrade else batch.told[name] + self.sigma * (name == "sigma")
                for name in told(net)
            ]
            if self.way == "blind_spot":
                return self._blind(net, batch.degraded, maps, rng)
            return self._neighbours(net, batch.degraded, maps, rng, done=step / recipe.steps)

        return Learner(losses=losses)

    def _neighbours(
        self, net: nn.Module, noisy: Float[Tensor, "b c h w"], maps: list[Tensor], rng: torch.Generator, *, done: float
    ) -> Losses:
        first, second = neighbours(noisy, rng)
        with torch.no_grad():
            whole = net(noisy, *maps)[:, : noisy.shape[1]].float()
        small = [functional.avg_pool2d(part, 2) for part in maps]
        error = net(pick(noisy, first), *small)[:, : noisy.shape[1]] - pick(noisy, second)
        gap = pick(whole, first) - pick(whole, second)
        found = {"neighbours": error.square().mean()}
        if self.weight:
            found["regulariser"] = self.weight * done * (error - gap).square().mean()
        return found

    def _blind(
        self, net: nn.Module, noisy: Float[Tensor, "b c h w"], maps: list[Tensor], rng: torch.Generator
    ) -> Losses:
        hidden, filled = blinded(noisy, share=self.share, rng=rng)
        error = (net(filled, *maps)[:, : noisy.shape[1]] - noisy) * hidden
        return {"blind_spot": error.square().sum() / (hidden.sum() * noisy.shape[1]).clamp(min=1)}


def neighbours(
    picture: Float[Tensor, "b c h w"], rng: torch.Generator
) -> tuple[Int[Tensor, "b 1 h2 w2"], Int[Tensor, "b 1 h2 w2"]]:
    """For each cell of 2 x 2 pixels, the numbers (0 to 3, row by row) of two that touch."""
    size = (len(picture), 1, picture.shape[2] // 2, picture.shape[3] // 2)
    chosen = torch.randint(len(NEIGHBOURS), size, generator=rng, device=picture.device)
    table = torch.tensor(NEIGHBOURS).to(picture.device, non_blocking=True)
    return table[chosen, 0], table[chosen, 1]


def pick(picture: Float[Tensor, "b c h w"], which: Int[Tensor, "b 1 h2 w2"]) -> Float[Tensor, "b c h2 w2"]:
    """The picture of half the size whose pixels are those of number `which` of each cell."""
    cells = functional.pixel_unshuffle(picture, 2).unflatten(1, (picture.shape[1], 4))
    wanted = which[:, :, None].expand(-1, picture.shape[1], 1, -1, -1)
    return cells.gather(2, wanted).squeeze(2).contiguous(memory_format=torch.channels_last)


def blinded(
    picture: Float[Tensor, "b c h w"], *, share: float, rng: torch.Generator
) -> tuple[Bool[Tensor, "b 1 h w"], Float[Tensor, "b c h w"]]:
    """Which pixels are hidden, and the picture with each of them replaced by one of the 24 around it."""
    size = (len(picture), 1, *picture.shape[2:])
    hidden = torch.rand(size, generator=rng, device=picture.device) < share
    # 0 to 23 without the middle one, which is 12 of 25.
    chosen = torch.randint(24, size, generator=rng, device=picture.device)
    chosen = chosen + (chosen >= 12)
    padded = functional.pad(picture, (2, 2, 2, 2), mode="reflect")
    rows, columns = (torch.arange(side, device=picture.device) for side in picture.shape[2:])
    index = (rows[:, None] + chosen // 5) * padded.shape[3] + columns + chosen % 5
    others = padded.flatten(2).gather(2, index.flatten(2).expand(-1, picture.shape[1], -1)).view_as(picture)
    return hidden, torch.where(hidden, others, picture)
