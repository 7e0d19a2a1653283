"""How far a cut is felt: the margin that makes a net's tiles equal to the untiled picture."""

from collections.abc import Sequence

import numpy as np

from relume.make._pictures import dead_leaves
from relume.run.session import Session

TOLERANCE = 0.5 / 255
SIGMAS = (2 / 255, 15 / 255, 25 / 255, 50 / 255)
CUT = 96  # pixels taken off each side


def measured_halo(
    session: Session, *, multiple_of: int, reach: int, told: bool = True, sigmas: Sequence[float] = SIGMAS
) -> int:
    """Smallest margin beyond which a cut changes no value of noisy pictures by more than 0.5/255; at most `reach`.

    A step of the net's grid is added to what was measured: other pictures may feel a cut a little further.
    """
    grid = multiple_of
    cut = -(-max(CUT, reach + grid) // grid) * grid
    side = 3 * cut // grid * grid
    felt = 0
    for seed, sigma in enumerate(sigmas):
        rng = np.random.default_rng(seed)
        clean = dead_leaves(side, side, seed=seed)
        picture = (clean + sigma * rng.standard_normal(clean.shape)).astype(np.float32)[None]
        level = np.full((*picture.shape[:3], 1), sigma, np.float32)
        whole = _run(session, picture, level, told=told)
        inner = slice(cut, side - cut)
        part = _run(session, picture[:, inner, inner], level[:, inner, inner], told=told)
        wrong = np.abs(part - whole[:, inner, inner])[0].max(axis=2) > TOLERANCE
        felt = max(felt, int((_from_rim(*wrong.shape) * wrong).max()))
    return min(reach, -(-(felt + grid) // grid) * grid)


def _run(session: Session, picture: np.ndarray, level: np.ndarray, *, told: bool) -> np.ndarray:
    return session.run(np.ascontiguousarray(picture), {"sigma": np.ascontiguousarray(level)} if told else {})


def _from_rim(height: int, width: int) -> np.ndarray:
    """How many pixels lie between each pixel and the nearest rim, itself counted: 1 at the rim."""
    rows, columns = (np.minimum(np.arange(n), np.arange(n)[::-1]) + 1 for n in (height, width))
    return np.minimum(rows[:, None], columns[None, :])
