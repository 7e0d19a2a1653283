"""Crops to calibrate and to judge an 8-bit model on: what it is fed, and what should come out."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32

from relume.degrade import describe, parse
from relume.errors import BadInputError
from relume.make._pictures import dead_leaves
from relume.make.data import AbstractData, Reading, open_data
from relume.run.manifest import Manifest
from relume.run.session.onnx import OnnxSession
from relume.tasks import TASKS

SIDE = 160
COUNT = 16  # crops of each part
FIRST = 1000  # seed of what is tuned on; what is calibrated on and judged by has smaller ones
STREAMED = Reading(memory_limit=300_000_000)  # few pictures of many are needed
# Where a task's usual damage has one strength, a model has to serve others too.
STRENGTHS: Mapping[str, Sequence[str]] = {
    "denoise": tuple(f"gaussian_noise:sigma={level}/255" for level in (10, 15, 25, 50)),
    "dejpeg": tuple(f"jpeg:quality={quality}" for quality in (10, 20, 40)),
}
LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Batch = Float32[np.ndarray, "b c h w"]
Feed = Mapping[str, Float32[np.ndarray, "b _c h w"]]


@dataclass(frozen=True)
class Trial:
    """Clean crops, and what a model is fed of them for each damage.

    Attributes:
        data: what the crops were cut from, for people.
        clean: the crops.
        feeds: by the damage's text; the names are those of the model file's inputs.
    """

    data: str
    clean: Batch
    feeds: Mapping[str, Feed]

    def psnr(self, model: bytes) -> dict[str, float]:
        """Mean over the crops of the clipped result's, in dB, for each damage."""
        session: Any = OnnxSession(model, device="cpu", threads=1).runtime
        return {damage: self._psnr(session.run(None, dict(feed))[0]) for damage, feed in self.feeds.items()}

    def _psnr(self, restored: Batch) -> float:
        error = np.square(restored.clip(0, 1).astype(np.float64) - self.clean).mean(axis=(1, 2, 3))
        return float(np.mean(-10 * np.log10(np.maximum(error, 1e-10))))


def trials(
    manifest: Manifest, names: Sequence[str], *, data: Path | None, specs: Sequence[str], side: int, count: int
) -> list[Trial]:
    """Three of them: to calibrate on, to choose by, and to judge by; the last of pictures that the others never saw.

    `names` are the model file's inputs, in the order of the manifest's. Without `data` the crops are of rendered
    pictures.
    """
    if "mask" in manifest.inputs:
        raise BadInputError(
            f"{manifest.name} takes a mask. Only models of a picture, and how bad it is, are quantised."
        )
    damages = {spec: parse(spec) for spec in specs or _specs(manifest)}
    step = manifest.multiple_of * manifest.scale
    side = -(-side // step) * step
    found: list[Trial] = []
    for place, clean in enumerate(_rendered(side, count) if data is None else _cut(manifest, data, side, count)):
        cut = _in_channels(manifest, clean)
        feeds = {spec: _feed(manifest, names, damage, cut, seed=place) for spec, damage in damages.items()}
        found.append(Trial("rendered pictures" if data is None else str(data), cut, feeds))
    return found


def batches(
    manifest: Manifest, names: Sequence[str], *, data: Path | None, specs: Sequence[str], side: int, count: int
) -> Iterator[Trial]:
    """Without end: crops of the pictures that were trained on, each batch of one damage, the damages in turns."""
    damages = {spec: parse(spec) for spec in specs or _specs(manifest)}
    step = manifest.multiple_of * manifest.scale
    side = -(-side // step) * step
    training = None if data is None else _split(_opened(manifest, data), SIDE)[0]
    rng = np.random.default_rng(4)
    for place, spec in enumerate(itertools.cycle(damages)):
        if training is None:
            clean = _leaves(side, range(FIRST + place * count, FIRST + (place + 1) * count))
        else:
            clean = training.crops(count, side, rng=rng).clean.numpy()
        cut = _in_channels(manifest, clean)
        yield Trial(str(data), cut, {spec: _feed(manifest, names, damages[spec], cut, seed=FIRST + place)})


def _in_channels(manifest: Manifest, clean: Batch) -> Batch:
    return clean if manifest.channels == 3 else np.tensordot(clean, LUMA, axes=(1, 0))[:, None].astype(np.float32)


def _specs(manifest: Manifest) -> Sequence[str]:
    if manifest.scale > 1:
        return (f"bicubic_downscale:scale={manifest.scale}",)
    high = manifest.sigma_range[1] if manifest.sigma_range else 1.0
    found = [s for s in STRENGTHS.get(manifest.task, ()) if getattr(parse(s), "sigma", 0.0) <= high]
    usual = TASKS[manifest.task].degradation if manifest.task in TASKS else ""
    if not found and not usual:
        raise BadInputError(f"{manifest.task} has no usual damage. Name one, say --with gaussian_noise:sigma=25/255.")
    return found or (usual,)


def _rendered(side: int, count: int) -> list[Batch]:
    return [_leaves(side, range(count * part, count * (part + 1))) for part in range(3)]


def _leaves(side: int, seeds: Iterable[int]) -> Batch:
    return np.stack([dead_leaves(side, side, seed=seed).transpose(2, 0, 1) for seed in seeds])


def _cut(manifest: Manifest, data: Path, side: int, count: int) -> list[Batch]:
    training, held_out = _split(_opened(manifest, data), side)
    parts = ((training, 1), (training, 2), (held_out, 3))
    return [part.crops(count, side, rng=np.random.default_rng(seed)).clean.numpy() for part, seed in parts]


def _opened(manifest: Manifest, data: Path) -> AbstractData:
    """The folders that the model was trained on where they lie there, or all pictures directly in `data`."""
    if not data.is_dir():
        raise BadInputError(
            f"{data} is no folder. Give a folder of clean pictures, or the one with the recipe's folders."
        )
    folders = [name for name in manifest.recipe.get("data", ()) if (data / name).is_dir()]
    if folders:
        # A third of three folders, however large their pictures are: of many kinds of content.
        return open_data(data, folders, shares=[1.0] * len(folders), reading=STREAMED)
    return open_data(data.resolve().parent, [data.resolve().name], reading=STREAMED)


def _split(pictures: AbstractData, side: int) -> tuple[AbstractData, AbstractData]:
    """As training does it, so that what is judged by was never trained on; a larger share of few pictures."""
    for every in (40, 4, 2):
        training, held_out = pictures.split(every=every)
        if len(held_out.names) >= min(8, len(pictures.names) // every) and held_out.fits(side) and training.fits(side):
            return training, held_out
    raise BadInputError(
        f"{len(pictures.names)} pictures are too few to calibrate on some and judge by others. Give 8 or more, each at "
        f"least {side} pixels high and wide."
    )


def _feed(manifest: Manifest, names: Sequence[str], damage: Any, clean: Batch, *, seed: int) -> Feed:
    rng = torch.Generator().manual_seed(seed)
    batch = torch.from_numpy(np.ascontiguousarray(clean))
    told = manifest.told
    if told is None:
        return {names[0]: damage(batch, rng).numpy()}
    draw = getattr(damage, f"with_{told}", None)
    if draw is None:
        raise BadInputError(
            f"{manifest.name} is told the {told}, which {describe(damage)['name']} does not give. Name another with "
            "--with, say gaussian_noise:sigma=25/255 or jpeg:quality=20."
        )
    degraded, level = draw(batch, rng)
    return {names[0]: degraded.numpy(), names[1]: level.contiguous().numpy()}
