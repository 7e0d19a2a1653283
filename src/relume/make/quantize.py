"""Static INT8: a model's convolutions computed in 8 bits, where that costs no quality that is seen."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from relume.errors import BadInputError, BadModelError
from relume.extras import need
from relume.make._choice import ranged, search
from relume.make._qdq import unpacked
from relume.make._trial import COUNT, SIDE, batches, trials
from relume.make.export import store_in_half
from relume.run.manifest import Manifest, ModelFile, digest
from relume.run.store import Model, Store

LIMIT = 0.1  # dB
CAREFUL = 0.75  # share of the limit that the choice keeps to, since it is made on other crops than the judgement
TUNED_SIDE, TUNED_COUNT = 96, 4  # crops of a step
FILE = "model.int8.onnx"


@dataclass(frozen=True, kw_only=True)
class Quantized:
    """What `quantize` made, and how it was judged.

    Attributes:
        file: the model.
        data: what it was calibrated and judged on.
        fp32, int8: mean PSNR on held-out crops, in dB, by damage.
        method: of the ranges: the best of `tried`, each with the dB that it loses on the crops chosen by.
        kept: convolutions and sums that stay in float.
        steps: that the weights were tuned for; 0 where they are the model's own.
        bytes_fp32, bytes_int8: of the model in full precision, and of what was written.
    """

    file: Path
    data: str
    fp32: dict[str, float]
    int8: dict[str, float]
    method: str
    tried: dict[str, float]
    kept: tuple[str, ...]
    bytes_fp32: int
    bytes_int8: int
    steps: int = 0

    @property
    def lost(self) -> float:
        """Mean over the damages, in dB; below 0 where 8 bits are better."""
        return float(np.mean([self.fp32[damage] - self.int8[damage] for damage in self.fp32]))

    def to_json(self) -> dict[str, Any]:
        """All of it, with plain values."""
        return {**asdict(self), "file": str(self.file), "kept": list(self.kept), "lost": round(self.lost, 4)}


def open_model(name: str, *, task: str = "denoise", out: Path | None = None) -> Model:
    """A model of the store by its name, an `.onnx` file, a model's folder, or a run's, which is registered first.

    A run and a bare file have no folder of their own to add to: they need `out`.
    """
    path = Path(name)
    bare = path.suffix == ".onnx" and not (path.parent / "manifest.json").is_file()
    is_run = (path / "weights.safetensors").is_file()
    if (bare or is_run) and out is None:
        raise BadInputError(f"{name} is no model with a manifest yet. Name the folder that it is to get, with --out.")
    if is_run and out is not None:
        return _registered(path, out)
    if path.is_dir():
        return Store().get(Manifest.read(path / "manifest.json").task, str(path.resolve()))
    models = {model.manifest.task: model for model in Store().models() if model.manifest.name == name}
    return models.get(task) or next(iter(models.values()), None) or Store().get(task, name)


def _registered(run: Path, out: Path) -> Model:
    from relume.make.register import register

    with tempfile.TemporaryDirectory(prefix=".quantising-", dir=out.parent if out.parent.is_dir() else None) as home:
        folder = register(run, Path(home), summary="")
        shutil.copytree(folder, out, dirs_exist_ok=True)
    return Model(Manifest.read(out / "manifest.json"), out)


def quantize(
    model: Model,
    *,
    data: Path | None = None,
    out: Path | None = None,
    specs: Sequence[str] = (),
    limit: float = LIMIT,
    side: int = SIDE,
    count: int = COUNT,
    tune: int = 0,
) -> Quantized:
    """Put an `int8` file beside a model's `fp32` one, and name it in the manifest.

    Activations are unsigned 8-bit numbers with one scale and one zero for a tensor, weights signed ones with a scale
    for each channel. First the channels are levelled (`relume.make._levelling`). The first and the last convolution
    stay in float, and so do those that cost most, until the loss is small enough on some crops; then other, held-out
    crops are the judge: BadModelError when more than `limit` dB (mean over the damages) are lost there.

    Args:
        model: a network of the store.
        data: clean pictures, or the folder with those that it was trained on; None: rendered pictures.
        out: folder for the whole model; None: the model's own folder.
        specs: damages, as `relume degrade --with` takes them; empty: the task's.
        limit: in dB.
        side: of a crop, in pixels, rounded up to what the model takes.
        count: crops to calibrate on, as many to choose by, and as many to judge by.
        tune: steps for which the weights are moved so that more can be in 8 bits (`relume.make._tune`): all but the
            first convolution, and most sums. A few hundred steps are enough.
    """
    if model.folder is None or "fp32" not in model.manifest.precisions:
        raise BadInputError(f"{model.manifest.name} has no fp32 file to quantise. Name a network, say balanced.")
    source = model.folder / model.manifest.precisions["fp32"].file
    plain = _read(source)
    names = [value.name for value in plain.graph.input]
    calibrating, choosing, judging = trials(model.manifest, names, data=data, specs=specs, side=side, count=count)
    if tune > 0:
        found = ranged(plain, calibrating, choosing)
        crops = batches(model.manifest, names, data=data, specs=specs, side=TUNED_SIDE, count=TUNED_COUNT)
        found.tune(crops, teacher=plain, steps=tune)
    else:
        found = search(plain, calibrating, choosing, target=CAREFUL * limit)
    content = _packed(found.build(found.plan))
    result = Quantized(
        file=(out or model.folder) / FILE,
        data=judging.data,
        fp32=judging.psnr(plain.SerializeToString()),
        int8=judging.psnr(content),
        method=found.method,
        tried=found.tried,
        kept=found.kept(),
        bytes_fp32=plain.ByteSize(),
        bytes_int8=len(content),
        steps=tune,
    )
    if result.lost > limit:
        raise BadModelError(
            f"{model.manifest.name} in INT8 loses {result.lost:.2f} dB against fp32 on held-out crops of "
            f"{judging.data}, more than {limit:g}. Nothing was written. Calibrate on pictures like those it is for "
            "(--data), or leave it in fp32."
        )
    _write(model, content, result, out or model.folder)
    return result


def _read(path: Path) -> Any:
    onnx = need("onnx", extra="train")
    model = unpacked(onnx.load(str(path)))
    if any(node.op_type in ("QuantizeLinear", "QLinearConv") for node in model.graph.node):
        raise BadInputError(f"{path} is quantised already. Give the model in float.")
    return model


def _packed(model: Any) -> bytes:
    onnx = need("onnx", extra="train")
    store_in_half(model)
    model.ir_version = min(model.ir_version, 10)  # older runtimes read it too
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def _write(model: Model, content: bytes, result: Quantized, folder: Path) -> None:
    """The file, then the manifest that names it: who reads in between sees the model as it was."""
    assert model.folder is not None  # noqa: S101  (a network's)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = model.manifest
    if folder.resolve() != model.folder.resolve():
        for entry in (*manifest.precisions.values(), *([manifest.golden] if manifest.golden else [])):
            shutil.copyfile(model.folder / entry.file, folder / entry.file)
    part = folder / f"{FILE}.part"
    part.write_bytes(content)
    part.replace(folder / FILE)
    how = {name: value for name, value in result.to_json().items() if name != "file"}
    changed = manifest.model_copy(
        update={
            "precisions": {**manifest.precisions, "int8": ModelFile(file=FILE, sha256=digest(folder / FILE))},
            "training": {**manifest.training, "int8": how},
        }
    )
    changed.write(folder / "manifest.json.part")
    (folder / "manifest.json.part").replace(folder / "manifest.json")
