"""Small pictures of pictures, as data in a page."""

import base64
from pathlib import Path

import cv2
import numpy as np

from relume import files
from relume.errors import RelumeError
from relume.image import Pixels
from relume.make.clean.scan import LIMITS

_SIDE = 320  # pixels of the longer side
_QUALITY = 80


def data_uri(path: Path, *, close: bool = False) -> str | None:
    """A JPEG of the picture as data for a page; of its middle at full size when `close`; None if it is unreadable.

    What cannot be read is on the page already, with the reason.
    """
    try:
        pixels = files.open(path, limits=LIMITS).pixels
    except (RelumeError, OSError):
        return None
    shown = _middle(pixels) if close else _small(pixels)
    levels = np.rint(_colour(shown).clip(0, 1) * 255).astype(np.uint8)
    quality = 95 if close else _QUALITY  # what is shown up close is shown for its damage
    coded = cv2.imencode(".jpg", levels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode()


def _small(pixels: Pixels) -> Pixels:
    share = _SIDE / max(pixels.shape[:2])
    if share >= 1:
        return pixels
    size = [max(1, round(side * share)) for side in pixels.shape[1::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)


def _middle(pixels: Pixels) -> Pixels:
    side = _SIDE // 2
    top, left = (max(0, length - side) // 2 for length in pixels.shape[:2])
    return pixels[top : top + side, left : left + side]


def _colour(pixels: Pixels) -> Pixels:
    """RGB, or grey as RGB: the mean of channels of any other number."""
    return pixels if pixels.shape[2] == 3 else np.repeat(pixels.mean(2, keepdims=True), 3, axis=2)
