"""Whether two thumbnails show the same: the correlation of their details once one is laid on the other.

Reference: Evangelidis, Psarakis, "Parametric image alignment using enhanced correlation coefficient maximization",
TPAMI 2008.
"""

import cv2
import numpy as np
from jaxtyping import Float32

from relume.make.clean.fingerprint import SIDE, Thumb, Window, details

_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
_ZOOM = (0.6, 1.6)  # beyond that the alignment has gone astray


def correlation(whole: Thumb, other: Thumb, window: Window) -> float:
    """Of `whole` with that window of `other`, from -1 to 1; -1 where they cannot be laid on each other.

    The window is a guess: an affine map that starts with it is fitted, and light and shade that are coarser than about
    a twentieth of the picture do not count. Of 150 photographs, cropped, resized and recompressed copies have 0.69 at
    least and 0.95 in the median; the pictures that look most alike have 0.25 at most.
    """
    one, two = whole.astype(np.float32), other.astype(np.float32)
    place = _fitted(one, two, window)
    if not _ZOOM[0] < abs(float(np.linalg.det(place[:, :2]))) < _ZOOM[1]:
        return -1.0
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(details(two), place, (SIDE, SIDE), flags=flags)
    seen = cv2.warpAffine(np.ones_like(two), place, (SIDE, SIDE), flags=flags) > 0.99
    if seen.sum() < SIDE * SIDE / 2:
        return -1.0
    a, b = details(one)[seen], laid[seen]
    a, b = a - a.mean(), b - b.mean()
    return float((a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6))


def _fitted(one: Float32[np.ndarray, "h w"], two: Float32[np.ndarray, "h w"], window: Window) -> np.ndarray:
    """The affine map from places of `one` to places of `two`."""
    across, down = window.right - window.left, window.bottom - window.top
    guess = np.array(
        [
            [across, 0, SIDE * window.left + (across - 1) / 2],
            [0, down, SIDE * window.top + (down - 1) / 2],
        ],
        np.float32,
    )
    try:
        return cv2.findTransformECC(one, two, guess.copy(), cv2.MOTION_AFFINE, _STOP, np.empty(0, np.uint8), 3)[1]
    except cv2.error:  # it does not converge, as it does with most pictures that are not the same
        return guess
