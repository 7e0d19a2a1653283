"""How good a model is, measured through the engine that ships it: degrade, restore, compare."""

import dataclasses
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from relume import files
from relume.degrade import describe, parse
from relume.errors import BadInputError, ShapeMismatchError
from relume.image import Pixels
from relume.metrics import METRICS
from relume.run.engine import Engine
from relume.run.manifest import Score


@dataclass(frozen=True, kw_only=True)
class Row:
    """One picture: before (the degraded one) and after."""

    name: str
    psnr_before: float
    psnr: float
    ssim_before: float
    ssim: float


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What `evaluate` measured.

    Attributes:
        data: name of the folder of clean pictures.
        degradation: as `relume.degrade.describe` has it.
        told: the noise level the model was told, in [0, 1] units; None: it found out itself.
        eight_bit: the degraded picture was clipped and rounded to 8 bits first, as files are.
        sha256: of the model's file; None for a classical filter.
        seconds: of restoring all pictures, on whatever else the machine was doing.
        megapixels: of all pictures together.
    """

    task: str
    model: str
    version: str
    sha256: str | None
    data: str
    degradation: dict[str, Any]
    seed: int
    told: float | None
    eight_bit: bool
    seconds: float
    megapixels: float
    rows: tuple[Row, ...]

    @property
    def n(self) -> int:
        """Pictures."""
        return len(self.rows)

    def mean(self, figure: str) -> float:
        """Mean over pictures of each one's own `psnr`, `ssim`, `psnr_before` or `ssim_before`."""
        return statistics.fmean(getattr(row, figure) for row in self.rows)

    @property
    def psnr(self) -> float:
        """In dB."""
        return self.mean("psnr")

    @property
    def ssim(self) -> float:
        """0 to 1."""
        return self.mean("ssim")

    @property
    def protocol(self) -> str:
        """How the figures came about, in words."""
        noise = "clipped, rounded to 8 bits" if self.eight_bit else "float, not clipped, not rounded"
        level = "blind" if self.told is None else "noise level told"
        return f"{noise}; seed {self.seed}; {level}; clipped result, RGB, mean over {self.n} pictures"

    def scores(self) -> tuple[Score, ...]:
        """For the model's manifest."""
        options = ",".join(f"{name}={_short(value)}" for name, value in self.degradation.items() if name != "name")
        setting = f"{self.degradation['name']}:{options}" if options else self.degradation["name"]
        return tuple(
            Score(data=self.data, setting=setting, metric=metric, value=round(value, 4), protocol=self.protocol)
            for metric, value in (("psnr", self.psnr), ("ssim", self.ssim))
        )

    def to_json(self) -> str:
        """One object: the means, how they came about, and a row for each picture."""
        plain = dataclasses.asdict(self)
        rows = plain.pop("rows")
        means = {figure: round(self.mean(figure), 4) for figure in ("psnr_before", "psnr", "ssim_before", "ssim")}
        return json.dumps({**plain, "n": self.n, **means, "protocol": self.protocol, "rows": rows})


def evaluate(
    model: str | None = None,
    *,
    task: str = "denoise",
    data: Path,
    degradation: Any,
    seed: int = 0,
    blind: bool = False,
    eight_bit: bool = False,
    limit: int | None = None,
    **engine: Any,
) -> Evaluation:
    """Restore the pictures directly in `data`, degraded by `degradation` (a value or a spec), and compare.

    The papers' protocol: noise in float, neither clipped nor rounded, drawn for picture i from (`seed`, i) alone; PSNR
    and SSIM of the clipped result on RGB, averaged over pictures. `eight_bit` clips and rounds the degraded picture, as
    a file would. The model is told the noise level where the degradation is Gaussian noise of one sigma, unless
    `blind`. `limit` takes the first pictures only; `engine` goes to `relume.Engine`.
    """
    degradation = parse(degradation) if isinstance(degradation, str) else degradation
    told = None if blind else _level(degradation)
    paths = _pictures(data)[:limit]
    pairs = _Pairs(paths, degradation, seed=seed, eight_bit=eight_bit)
    wish: dict[str, Any] = {} if told is None else {"sigma": told, "noise_type": "gaussian"}
    with Engine(task, model=model, **engine) as running:
        began = time.perf_counter()
        rows = tuple(_row(*pairs.taken(i), restored) for i, restored in enumerate(running.process(pairs, **wish)))
        seconds = time.perf_counter() - began
        manifest = running.manifest
    wanted = engine.get("precision", "auto")
    weights = manifest.precisions.get(wanted, manifest.precisions.get("fp32"))
    return Evaluation(
        task=task,
        model=manifest.name,
        version=manifest.version,
        sha256=weights.sha256 if weights else None,
        data=data.name,
        degradation=describe(degradation),
        seed=seed,
        told=told,
        eight_bit=eight_bit,
        seconds=round(seconds, 3),
        megapixels=round(pairs.pixels / 1e6, 3),
        rows=rows,
    )


class _Pairs:
    """Degraded pictures, one at a time as the engine asks for them; the clean ones wait to be compared."""

    def __init__(self, paths: list[Path], degradation: Any, *, seed: int, eight_bit: bool) -> None:
        self._paths, self._degradation, self._seed, self._eight_bit = paths, degradation, seed, eight_bit
        self._waiting: dict[int, tuple[str, Pixels, np.ndarray]] = {}
        self.pixels = 0

    def __iter__(self) -> Iterator[np.ndarray]:
        for index, path in enumerate(self._paths):
            clean = files.open(path).pixels
            degraded: np.ndarray = degrade(clean, self._degradation, seed=self._seed, index=index)
            if self._eight_bit:
                degraded = np.rint(degraded.clip(0, 1) * 255).astype(np.uint8)
            self._waiting[index] = (path.name, clean, degraded)
            self.pixels += clean.shape[0] * clean.shape[1]
            yield degraded

    def taken(self, index: int) -> tuple[str, Pixels, np.ndarray]:
        """Name, clean and degraded picture, which are forgotten here."""
        return self._waiting.pop(index)


def degrade(clean: Pixels, degradation: Any, *, seed: int, index: int) -> Pixels:
    """Picture `index` of a set, degraded: a function of the seed and its place alone."""
    state = np.random.SeedSequence((seed, index)).generate_state(1, np.uint64)
    rng = torch.Generator().manual_seed(int(state[0]) % 2**63)
    batch = torch.from_numpy(np.ascontiguousarray(clean.transpose(2, 0, 1)[None]))
    return np.ascontiguousarray(degradation(batch, rng)[0].numpy().transpose(1, 2, 0))


def _row(name: str, clean: Pixels, degraded: np.ndarray, restored: np.ndarray) -> Row:
    before, after = _seen(degraded, clean), _seen(restored, clean)
    psnr, ssim = METRICS["psnr"](), METRICS["ssim"]()
    return Row(
        name=name,
        psnr_before=psnr(before, clean),
        psnr=psnr(after, clean),
        ssim_before=ssim(before, clean),
        ssim=ssim(after, clean),
    )


def _seen(picture: np.ndarray, clean: Pixels) -> Pixels:
    """As it is looked at: 0 to 1, clipped."""
    floats = picture.astype(np.float32) / 255 if picture.dtype == np.uint8 else picture
    if floats.shape != clean.shape:
        raise ShapeMismatchError(
            f"The restored picture is {floats.shape}, the clean one {clean.shape}. Only models of scale 1 can be "
            "compared with the picture that was degraded."
        )
    return floats.clip(0, 1)


def _level(degradation: Any) -> float | None:
    sigma = getattr(degradation, "sigma", None)
    return sigma if isinstance(sigma, float) else None


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadInputError(f"{folder} is no folder. Give a folder of clean pictures.")
    paths = sorted(path for path in folder.iterdir() if files.is_readable(path))
    if not paths:
        raise BadInputError(f"{folder} holds no picture directly. Give a folder of clean pictures.")
    return paths


def _short(value: Any) -> str:
    """A number for people: 25/255 rather than 0.09803921568627451."""
    if isinstance(value, list):
        return "..".join(map(_short, value))
    if isinstance(value, float) and 0 < value < 1 and abs(value * 255 - round(value * 255)) < 1e-9:
        return f"{round(value * 255)}/255"
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
