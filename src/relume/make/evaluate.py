"""How good a restorer is, measured through the engine that ships it: degrade, restore, compare."""

import dataclasses
import json
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from relume.classic import CLASSIC
from relume.degrade import describe, parse
from relume.errors import BadInputError, ShapeMismatchError
from relume.image import Pixels
from relume.make._pairs import Pairs, Taken, degrade, find_pairs, find_pictures
from relume.metrics import measure
from relume.metrics._pair import Channel
from relume.run.engine import Engine
from relume.run.manifest import Manifest, Score

__all__ = ["Evaluation", "Protocol", "Row", "degrade", "evaluate"]

BOTH = ("psnr", "ssim")
RESAMPLES = 10_000
TOGETHER = 8_000_000  # pixels of pictures that the engine gets at once, while nothing else is done


@dataclass(frozen=True, kw_only=True)
class Row:
    """One picture: its metrics before (of the degraded one; for an upscaler, enlarged by bicubic) and after."""

    name: str
    before: Mapping[str, float]
    after: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What is compared, and how.

    Attributes:
        metrics: entries of `METRICS`.
        border: pixels cut from every side first; super-resolution papers cut `scale` of them.
        channel: "rgb", or "y" or "grey": luma, see `relume.metrics.psnr.Psnr`.
        grey: pictures are turned to 8-bit luma before they are degraded, as JPEG's papers do.
        eight_bit: the degraded picture is clipped and rounded to 8 bits first, as files are.
    """

    metrics: tuple[str, ...] = BOTH
    border: int = 0
    channel: Channel = "rgb"
    grey: bool = False
    eight_bit: bool = False


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What `evaluate` measured.

    Attributes:
        data: name of the folder of clean pictures.
        degradation: as `relume.degrade.describe` has it; for pairs of folders {"pairs": name of the degraded one}.
        told: what the model was told, by its name ("sigma" in [0, 1] units, "quality" 1 to 100); empty: it found out
            itself, or needs nothing.
        sha256: of the model's file; None for a classical filter.
        seconds: of restoring all pictures (not of degrading and comparing), on whatever else the machine was doing.
        megapixels: of all clean pictures together.
        wish: what was asked for beside that, as `Engine.process` takes it.
    """

    task: str
    model: str
    version: str
    precision: str
    sha256: str | None
    data: str
    degradation: dict[str, Any]
    seed: int
    told: dict[str, float]
    how: Protocol
    seconds: float
    megapixels: float
    rows: tuple[Row, ...]
    wish: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    @property
    def n(self) -> int:
        """Pictures."""
        return len(self.rows)

    def mean(self, metric: str, *, before: bool = False) -> float:
        """Mean over pictures of each one's own value."""
        return statistics.fmean(self._values(metric, before=before))

    def interval(self, metric: str) -> tuple[float, float] | None:
        """95 % confidence interval of the mean: bootstrap over pictures; None for a single one.

        Reference: Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 1979.
        """
        return _interval(np.array(self._values(metric)))

    def gain(self, metric: str, over: "Evaluation | None" = None) -> tuple[float, tuple[float, float] | None]:
        """Mean gain over doing nothing, or over another evaluation of the same pictures, and its interval (paired)."""
        other = self._values(metric, before=True) if over is None else over._values(metric)
        if over is not None and [row.name for row in over.rows] != [row.name for row in self.rows]:
            raise BadInputError(
                f"{self.model} and {over.model} were measured on other pictures. Evaluate both on one set."
            )
        gains = np.array(self._values(metric)) - np.array(other)
        return float(gains.mean()), _interval(gains)

    def _values(self, metric: str, *, before: bool = False) -> list[float]:
        return [(row.before if before else row.after)[metric] for row in self.rows]

    @property
    def psnr(self) -> float:
        """In dB."""
        return self.mean("psnr")

    @property
    def ssim(self) -> float:
        """0 to 1."""
        return self.mean("ssim")

    @property
    def setting(self) -> str:
        """The damage, for people."""
        if "pairs" in self.degradation:
            return f"pairs: {self.degradation['pairs']}"
        options = ",".join(f"{name}={_short(value)}" for name, value in self.degradation.items() if name != "name")
        return f"{self.degradation['name']}:{options}" if options else self.degradation["name"]

    @property
    def protocol(self) -> str:
        """How the figures came about, in words."""
        how = self.how
        noise = "clipped, rounded to 8 bits" if how.eight_bit else "float, not clipped, not rounded"
        if "pairs" in self.degradation:
            noise = "as the files are"
        level = {"sigma": "noise level told", "quality": "quality told"}.get(next(iter(self.told), ""), "blind")
        level += "".join(f", {name} {_short(value)}" for name, value in self.wish.items())
        kind = "grey (Y)" if how.grey else {"rgb": "RGB", "y": "Y", "grey": "luma"}[how.channel]
        computed = "" if self.precision == "fp32" else f"; {self.precision}"
        border = f", border of {how.border} cut" if how.border else ""
        return (
            f"{noise}; seed {self.seed}; {level}; clipped result, {kind}{border}, mean over {self.n} pictures{computed}"
        )

    def scores(self) -> tuple[Score, ...]:
        """For the model's manifest."""
        return tuple(
            Score(
                data=self.data,
                setting=self.setting,
                metric=metric,
                value=round(self.mean(metric), 4),
                protocol=self.protocol,
            )
            for metric in self.how.metrics
        )

    def to_json(self) -> str:
        """One object: the means, how they came about, and a row for each picture."""
        plain = dataclasses.asdict(self) | dataclasses.asdict(self.how)
        del plain["rows"], plain["how"]
        means: dict[str, Any] = {}
        for metric in self.how.metrics:
            means[f"{metric}_before"], means[metric] = (round(self.mean(metric, before=b), 4) for b in (True, False))
            means[f"{metric}_interval"] = self.interval(metric)
        rows = [
            {"name": row.name} | {f"{metric}_before": value for metric, value in row.before.items()} | dict(row.after)
            for row in self.rows
        ]
        return json.dumps({**plain, "n": self.n, **means, "protocol": self.protocol, "rows": rows})


def evaluate(
    model: str | None = None,
    *,
    task: str = "denoise",
    data: Path,
    degradation: Any = None,
    degraded: Path | None = None,
    seed: int = 0,
    blind: bool = False,
    how: Protocol | None = None,
    limit: int | None = None,
    watch: Any = None,
    wish: Mapping[str, Any] | None = None,
    **engine: Any,
) -> Evaluation:
    """Restore the pictures directly in `data`, degraded by `degradation` (a value or a spec), and compare.

    The papers' protocol: noise in float, neither clipped nor rounded, drawn for picture i from (`seed`, i) alone; PSNR
    and SSIM of the clipped result on RGB, averaged over pictures; `how` changes that. Instead of a degradation,
    `degraded` may be a folder of the same pictures, damaged. A model that asks is told the noise level where the
    degradation is Gaussian noise of one sigma, and the quality where it is JPEG of one quality, unless `blind`.
    `limit` takes the first pictures only; `watch(index, taken, restored)` sees every picture; `wish` goes to
    `Engine.process` and stands above what is told; `engine` goes to `relume.Engine`.
    """
    if (degradation is None) == (degraded is None):
        raise BadInputError("An evaluation takes a degradation or a folder of degraded pictures; give one of the two.")
    how = how or Protocol()
    degradation = parse(degradation) if isinstance(degradation, str) else degradation
    told = {} if blind else _told(degradation)
    clean, damaged = (find_pictures(data), None) if degraded is None else find_pairs(data, degraded)
    with Engine(task, model=model, **engine) as running:
        manifest = running.manifest
        pairs = Pairs(
            clean=clean[:limit],
            degraded=damaged,
            degradation=degradation,
            seed=seed,
            scale=manifest.scale,
            grey=how.grey,
            eight_bit=how.eight_bit,
        )
        told = {name: value for name, value in told.items() if name == manifest.told}
        asked = {**_wish(told), **(wish or {})}
        rows: list[Row] = []
        seconds, pixels = 0.0, 0
        for some in pairs.batches(TOGETHER):
            began = time.perf_counter()
            results = list(running.process((taken.degraded for taken in some), **asked))
            seconds += time.perf_counter() - began
            for taken, restored in zip(some, results, strict=True):
                pixels += taken.pixels
                if watch is not None:
                    watch(len(rows), taken, restored)
                rows.append(_row(taken, restored, scale=manifest.scale, how=how))
    precision, sha256 = _weights(manifest, engine.get("precision", "auto"))
    return Evaluation(
        task=task,
        model=manifest.name,
        version=manifest.version,
        precision=precision,
        sha256=sha256,
        data=data.name,
        degradation=describe(degradation) if degraded is None else {"pairs": degraded.name},
        seed=seed,
        told=told,
        how=how,
        seconds=round(seconds, 3),
        megapixels=round(pixels / 1e6, 3),
        rows=tuple(rows),
        wish=dict(wish or {}),
    )


def _row(taken: Taken, restored: np.ndarray, *, scale: int, how: Protocol) -> Row:
    before = taken.degraded
    if scale > 1:
        floats = before.astype(np.float32) / 255 if before.dtype == np.uint8 else before
        before = CLASSIC["bicubic"](scale=scale)(floats)
    both = [_measured(picture, taken.clean, how) for picture in (seen_as(before), seen_as(restored))]
    return Row(name=taken.name, before=both[0], after=both[1])


def _measured(picture: Pixels, clean: Pixels, how: Protocol) -> dict[str, float]:
    if picture.shape != clean.shape:
        raise ShapeMismatchError(
            f"The restored picture is {picture.shape}, the clean one {clean.shape}. Name a damage that fits the "
            "model's scale, say --with bicubic_downscale:scale=2 for an upscaler of 2."
        )
    return measure(picture, clean, how.metrics, border=how.border, channel=how.channel)


def seen_as(picture: np.ndarray) -> Pixels:
    """As it is looked at: 0 to 1, clipped."""
    return (picture.astype(np.float32) / 255 if picture.dtype == np.uint8 else picture).clip(0, 1)


def _told(degradation: Any) -> dict[str, float]:
    """What a model may be told of the damage: one sigma of Gaussian noise, or one quality of a single JPEG."""
    name = None if degradation is None else describe(degradation)["name"]
    field = {"gaussian_noise": "sigma", "jpeg": "quality"}.get(name or "", "")
    value = getattr(degradation, field, None) if field else None
    return {field: float(value)} if isinstance(value, int | float) else {}


def _wish(told: Mapping[str, float]) -> dict[str, Any]:
    if "sigma" in told:
        return {"sigma": told["sigma"], "noise_type": "gaussian"}
    return {"jpeg_quality": round(told["quality"])} if "quality" in told else {}


def _weights(manifest: Manifest, wanted: str) -> tuple[str, str | None]:
    """The precision that was computed in, and the digest of the file it came from."""
    if manifest.is_classical:
        return "fp32", None
    kept = wanted if wanted in manifest.precisions else "fp32"
    entry = {str(kind): file for kind, file in manifest.precisions.items()}.get(kept)
    return (kept if wanted == "auto" else wanted), entry.sha256 if entry else None


def _interval(values: np.ndarray) -> tuple[float, float] | None:
    if len(values) < 2 or not np.isfinite(values).all():
        return None
    drawn = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)


def _short(value: Any) -> str:
    """A number for people: 25/255 rather than 0.09803921568627451."""
    if isinstance(value, list):
        return "..".join(map(_short, value))
    if isinstance(value, float) and 0 < value < 1 and abs(value * 255 - round(value * 255)) < 1e-9:
        return f"{round(value * 255)}/255"
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
