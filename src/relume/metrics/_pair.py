"""What all metrics do first: check the two pictures, choose the channels, cut the border; in double precision."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Float64

from relume.errors import BadInputError, ShapeMismatchError
from relume.image import Pixels

Channel = Literal["rgb", "y", "grey"]
Exact = Float64[np.ndarray, "_ _ _"]
Score = Callable[[Exact, Exact], float]

BT601 = np.array([65.481, 128.553, 24.966])  # MATLAB's rgb2ycbcr: sums to 219, on a black of 16


def check_options(metric: str, *, border: int | float, channel: str) -> None:
    """Refuse a negative border, and a channel that does not exist."""
    if border < 0 or int(border) != border:
        raise BadInputError(
            f"{metric} needs a border of 0 or more whole pixels, but got {border!r}. Use 0 to cut none."
        )
    if channel not in get_args(Channel):
        known = ", ".join(map(repr, get_args(Channel)))
        raise BadInputError(f"{metric} has no channel {channel!r}. Choose one of {known}.")


def pair(
    restored: Pixels, clean: Pixels, *, metric: str, border: int, channel: Channel, least: int = 1
) -> tuple[Exact, Exact]:
    """Both pictures as the metric sees them, with at least `least` pixels left on each side."""
    if restored.shape != clean.shape:
        raise ShapeMismatchError(
            f"{metric} compares pictures of one shape, but restored is {restored.shape} and clean is {clean.shape}. "
            "Bring them to one size and one number of channels first."
        )
    height, width = (side - 2 * border for side in clean.shape[:2])
    if min(height, width) < least:
        raise BadInputError(
            f"{metric} needs at least {least} by {least} pixels, but a picture of {clean.shape[0]} by {clean.shape[1]} "
            f"with a border of {border} leaves {max(height, 0)} by {max(width, 0)}. Use a larger picture"
            + (" or a smaller border." if border else ", or psnr.")
        )
    cut = slice(border, -border or None)
    first, second = (seen(picture[cut, cut], channel=channel, metric=metric) for picture in (restored, clean))
    return first, second


def seen(pixels: Pixels, *, channel: Channel, metric: str) -> Exact:
    """All channels, or the one that is made of red, green and blue; a grey picture is its own."""
    exact = pixels.astype(np.float64)
    if channel == "rgb" or pixels.shape[2] == 1:
        return exact
    if pixels.shape[2] != 3:
        raise BadInputError(
            f"{metric} makes channel {channel!r} of 3 channels (red, green, blue) or 1, but got {pixels.shape[2]}. "
            "Use channel='rgb' to take all channels as they are."
        )
    if channel == "y":
        return ((exact @ BT601 + 16) / 255)[..., None]
    return (exact @ (BT601 / BT601.sum()))[..., None]


def each(score: Score, restored: Exact, clean: Exact) -> tuple[float, ...]:
    """The score of every channel by itself."""
    return tuple(score(restored[..., i : i + 1], clean[..., i : i + 1]) for i in range(clean.shape[2]))


def mean_of(values: Float[np.ndarray, "..."]) -> float:
    """As a plain number."""
    return float(np.mean(values))
