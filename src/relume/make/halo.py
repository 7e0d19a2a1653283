"""How far a cut is felt: the margin that makes a net's tiles equal to the untiled picture."""

import numpy as np
import torch

from relume.degrade.jpeg import Jpeg
from relume.image import Pixels
from relume.make._pictures import dead_leaves
from relume.run.session import Session

TOLERANCE = 0.5 / 255
SIGMAS = (2 / 255, 15 / 255, 25 / 255, 50 / 255)
QUALITIES = (0.05, 0.2, 0.5, 0.9)
CUT = 96  # pixels taken off each side


def measured_halo(
    session: Session, *, multiple_of: int, reach: int, told: str | None = "sigma", channels: int = 3
) -> int:
    """Smallest margin beyond which a cut changes no value of damaged pictures by more than 0.5/255; at most `reach`.

    The pictures are noisy, or JPEGs for a net that is told their quality.

    A step of the net's grid is added to what was measured: other pictures may feel a cut a little further.
    """
    grid = multiple_of
    cut = -(-max(CUT, reach + grid) // grid) * grid
    side = 3 * cut // grid * grid
    felt = 0
    for seed, given in enumerate(QUALITIES if told == "quality" else SIGMAS):
        clean = dead_leaves(side, side, seed=seed)[..., :channels]
        picture = (_compressed if told == "quality" else _noisy)(clean, given, seed)[None]
        level = np.full((*picture.shape[:3], 1), given, np.float32)
        whole = _run(session, picture, level, told=told)
        inner = slice(cut, side - cut)
        part = _run(session, picture[:, inner, inner], level[:, inner, inner], told=told)
        wrong = np.abs(part - whole[:, inner, inner])[0].max(axis=2) > TOLERANCE
        felt = max(felt, int((_from_rim(*wrong.shape) * wrong).max()))
    return min(reach, -(-(felt + grid) // grid) * grid)


def _noisy(clean: Pixels, sigma: float, seed: int) -> Pixels:
    return (clean + sigma * np.random.default_rng(seed).standard_normal(clean.shape)).astype(np.float32)


def _compressed(clean: Pixels, quality: float, seed: int) -> Pixels:
    batch = torch.from_numpy(np.ascontiguousarray(clean.transpose(2, 0, 1)[None]))
    damaged = Jpeg(quality=100 * quality)(batch, torch.Generator().manual_seed(seed))
    return np.ascontiguousarray(damaged[0].numpy().transpose(1, 2, 0))


def _run(session: Session, picture: np.ndarray, level: np.ndarray, *, told: str | None) -> np.ndarray:
    return session.run(np.ascontiguousarray(picture), {told: np.ascontiguousarray(level)} if told else {})


def _from_rim(height: int, width: int) -> np.ndarray:
    """How many pixels lie between each pixel and the nearest rim, itself counted: 1 at the rim."""
    rows, columns = (np.minimum(np.arange(n), np.arange(n)[::-1]) + 1 for n in (height, width))
    return np.minimum(rows[:, None], columns[None, :])
