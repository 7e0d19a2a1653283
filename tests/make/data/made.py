"""Pictures without structure, so that every place of one looks different; and files of them."""

import cv2
import numpy as np


def noise(seed, *shape, depth=np.uint8):
    """Samples `c h w`."""
    return np.random.default_rng(seed).integers(0, np.iinfo(depth).max + 1, shape).astype(depth)


def write(path, samples):
    """As PNG; samples are `c h w`, RGB or grey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = samples.transpose(1, 2, 0)
    cv2.imwrite(str(path), pixels[..., ::-1] if pixels.shape[2] == 3 else pixels[..., 0])
    return path
