"""What a net is told beside the picture: a map of how strong the noise is, or how good the JPEG."""

import torch
from jaxtyping import Float
from torch import Tensor

from relume.errors import BadInputError, ShapeMismatchError

TOLD = ("sigma", "quality")


def inputs_of(told: str | None) -> tuple[str, ...]:
    """The names of a net's inputs.

    >>> inputs_of("sigma"), inputs_of(None)
    (('image', 'sigma'), ('image',))
    """
    if told is not None and told not in TOLD:
        raise BadInputError(f"A net is told {' or '.join(TOLD)}, or nothing (None), but told came as {told!r}.")
    return ("image",) if told is None else ("image", told)


def with_told(
    image: Float[Tensor, "b c h w"], level: Float[Tensor, "b 1 h w"] | None, *, inputs: tuple[str, ...]
) -> Float[Tensor, "b _ h w"]:
    """The picture, and behind its channels the map that a net of these inputs is told."""
    if (level is None) != (len(inputs) == 1):
        came = "no map" if level is None else "a map"
        raise ShapeMismatchError(
            f"This net takes {' and '.join(inputs)}, but came with the image and {came} beside it."
        )
    return image if level is None else torch.cat([image, level], dim=1)
