"""Asks a model what it is: channels, scale, which sides it takes, and how far a cut is felt."""

import re
from pathlib import Path

import numpy as np

from relume.errors import BadModelError
from relume.image import Pixels
from relume.run.manifest import Manifest, ModelFile, digest
from relume.run.session import Maps, Session, Tiles
from relume.run.session.onnx import OnnxSession

TOLERANCE = 0.5 / 255
LARGEST_HALO = 160


def probe(path: Path, *, task: str) -> Manifest:
    """A manifest for an `.onnx` file that has none, measured by running it.

    Raises BadModelError for models that are not a picture (and perhaps a noise level) to a picture.
    """
    session = OnnxSession(path, device="cpu", threads=2)
    nodes = session.runtime.get_inputs()
    first = nodes[0]
    if len(nodes) > 2 or len(first.shape) != 4 or first.type != "tensor(float)":
        raise BadModelError(
            f"{path} takes {[(node.name, node.type, node.shape) for node in nodes]}. A restorer takes a float32 "
            "picture 'b c h w' in [0, 1], and perhaps a noise level 'b 1 h w'."
        )
    channels = first.shape[1] if isinstance(first.shape[1], int) else 3
    if channels not in (1, 3):
        raise BadModelError(f"{path} takes {channels} channels; a restorer takes 1 or 3.")
    inputs = ("image", "sigma") if len(nodes) == 2 else ("image",)
    multiple_of = _multiple_of(session, channels, inputs, path)
    scale = _scale(session, channels, inputs, multiple_of=multiple_of, path=path)
    return Manifest(
        task=task,
        name=re.sub(r"[^a-z0-9_.-]", "-", path.stem.lower()).lstrip("-_.") or "model",
        version="unknown",
        summary=f"Added from {path.name}.",
        inputs=inputs,
        channels=channels,
        scale=scale,
        multiple_of=multiple_of,
        halo=measure_halo(session, channels=channels, inputs=inputs, multiple_of=multiple_of, scale=scale),
        precisions={"fp32": ModelFile(file=path.name, sha256=digest(path))},
        licence="unknown",
    )


def measure_halo(
    session: Session, *, channels: int, inputs: tuple[str, ...], multiple_of: int, scale: int, sigma: float = 25 / 255
) -> int | None:
    """Smallest margin, in steps of the model's grid, outside of which a cut changes no value by more than 0.5/255.

    None when even the largest margin tried does not suffice: the model looks at the whole picture.
    """
    step = max(8, multiple_of)
    side = -(-2 * LARGEST_HALO // step) * step + 4 * step
    picture = _scene(side, side + step * -(-LARGEST_HALO // step), channels, sigma)
    whole = session.run(picture[None], _inputs(inputs, picture, sigma))[0]
    if _looks_beyond(session, picture, whole, inputs=inputs, side=side, scale=scale, sigma=sigma):
        return None
    part = session.run(picture[None, :, :side], _inputs(inputs, picture[:, :side], sigma))[0]
    felt = np.abs(part - whole[:, : side * scale]).max(axis=(0, 2))
    wrong = np.nonzero(felt > TOLERANCE)[0]
    if not len(wrong):
        return 0
    halo = -(-(side * scale - int(wrong[0])) // scale)
    return None if halo > LARGEST_HALO else -(-halo // step) * step


def _looks_beyond(
    session: Session, picture: Pixels, whole: Pixels, *, inputs: tuple[str, ...], side: int, scale: int, sigma: float
) -> bool:
    """Whether light far away changes a result: global pooling does not feel a cut through an even scene."""
    dim = picture.copy()
    dim[:, side:] *= np.float32(0.2)
    near = (side - LARGEST_HALO) * scale
    changed = session.run(dim[None], _inputs(inputs, dim, sigma))[0]
    return bool(np.abs(changed[:, :near] - whole[:, :near]).max() > TOLERANCE)


def _scene(height: int, width: int, channels: int, sigma: float) -> np.ndarray:
    """Edges, gradients and texture with noise: what makes a net look far."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:height, :width]
    bars = ((columns // 23 + rows // 31) % 2) * 0.5 + 0.25
    waves = 0.2 * np.sin(columns / 3.7) * np.sin(rows / 5.3)
    clean = np.where(rows < height // 2, bars, 0.5 + waves)[..., None].repeat(channels, axis=2)
    return (clean + sigma * rng.standard_normal(clean.shape)).astype(np.float32)


def _inputs(names: tuple[str, ...], picture: np.ndarray, sigma: float) -> dict[str, Maps]:
    level = np.full((1, *picture.shape[:2], 1), sigma, np.float32)
    return {"sigma": level} if "sigma" in names else {}


def _multiple_of(session: Session, channels: int, inputs: tuple[str, ...], path: Path) -> int:
    """The smallest power of two that sides may be multiples of."""
    for multiple in (1, 2, 4, 8, 16, 32, 64, 128):
        side = 128 + multiple
        picture = _scene(side, side, channels, 0.1)
        try:
            restored = session.run(picture[None], _inputs(inputs, picture, 0.1))
        except BadModelError:
            continue
        if restored.shape[1] % side == 0 and restored.shape[2] % side == 0:
            return multiple
    raise BadModelError(f"{path} ran at no side from 129 to 256. A restorer must take pictures of different sizes.")


def _scale(session: Session, channels: int, inputs: tuple[str, ...], *, multiple_of: int, path: Path) -> int:
    side = 128 + multiple_of
    picture: Tiles = _scene(side, side, channels, 0.1)
    restored = session.run(picture[None], _inputs(inputs, picture, 0.1))
    if restored.shape[3] != channels:
        raise BadModelError(f"{path} turns {channels} channels into {restored.shape[3]}; a restorer keeps them.")
    return restored.shape[1] // side
