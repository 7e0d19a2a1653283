"""The models of folders: the shipped ones, the user's own, and single `.onnx` files."""

import dataclasses
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from relume.classic import CLASSIC
from relume.errors import BadInputError, BadModelError, UnknownNameError, UnknownOptionError
from relume.run.manifest import NAME, Manifest, ModelFile, Precision, digest
from relume.run.session import SESSIONS, Session
from relume.run.session.classical import ClassicalSession

LOG = logging.getLogger("relume")
SHIPPED = Path(__file__).parent.parent / "models"
# Of the largest difference; of 8 bits, twice what was measured on the balanced denoiser.
GOLDEN_TOLERANCE = {"fp32": 1e-3, "fp16": 1e-2, "bf16": 2e-2, "int8": 6e-2}


def user_folder() -> Path:
    """Where `relume models add` puts models: RELUME_MODELS, or the user's data folder."""
    if own := os.environ.get("RELUME_MODELS"):
        return Path(own)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "relume" / "models"


@dataclass(frozen=True)
class Model:
    """A restorer that can be opened: a network's folder, or a classical filter."""

    manifest: Manifest
    folder: Path | None = None
    classical: Any = None

    def open(
        self, *, device: str = "auto", precision: str = "auto", runtime: str = "onnx", threads: int = 1
    ) -> Session:
        """A session of this model; its file's digest is checked first."""
        if self.folder is None:
            if device not in ("auto", "cpu") or precision not in ("auto", "fp32"):
                raise BadInputError(
                    f"{self.manifest.name} is a filter: it runs on the processor in fp32, not on {device!r} in "
                    f"{precision!r}."
                )
            return ClassicalSession(self.classical)
        chosen = self._precision(precision, runtime)
        path = self._checked(self.manifest.precisions[chosen])
        if runtime == "onnx":
            return SESSIONS["onnx"](path, device=device, threads=threads)
        computed = precision if precision != "auto" else "fp32"
        return SESSIONS[runtime](path, device=device, threads=threads, precision=computed)

    def verify(self) -> float:
        """Largest difference from the golden output; BadModelError when a digest or an output is wrong."""
        if self.folder is None:
            return 0.0
        for entry in self.manifest.precisions.values():
            self._checked(entry)
        if self.manifest.golden is None:
            raise BadModelError(f"{self.manifest.name} has no golden pair, so its output cannot be verified.")
        with np.load(self._checked(self.manifest.golden), allow_pickle=False) as golden:
            wanted = golden["restored"]
            inputs = {name: golden[name] for name in self.manifest.inputs}
        picture = inputs.pop("image")
        worst = 0.0
        for precision in self.manifest.precisions:
            restored = self.open(device="cpu", precision=precision).run(picture, inputs)
            difference = float(np.abs(restored - wanted).max())
            if not difference <= GOLDEN_TOLERANCE[precision]:
                raise BadModelError(
                    f"{self.manifest.name} ({precision}) differs from its golden output by {difference:.4f}, "
                    f"more than {GOLDEN_TOLERANCE[precision]}. Install the model again."
                )
            worst = max(worst, difference)
        return worst

    def _precision(self, wanted: str, runtime: str) -> Precision:
        """The file to open. Half precisions are computed from the fp32 file by the runtimes that can."""
        available = self.manifest.precisions
        if wanted in available:
            return wanted  # pyright: ignore[reportReturnType]
        if wanted == "auto":
            return "fp32" if "fp32" in available else next(iter(available))
        if wanted in ("bf16", "fp16") and "fp32" in available:
            if runtime == "onnx":
                raise BadInputError(
                    f"{self.manifest.name} has {', '.join(available)}, which the onnx runtime computes as it is, and "
                    f"not in {wanted!r}. Choose another runtime (openvino, torch) or precision."
                )
            return "fp32"
        advice = f" Make one: relume quantize {self.manifest.name}" if wanted == "int8" else ""
        raise BadInputError(f"{self.manifest.name} has {', '.join(available)}, not precision {wanted!r}.{advice}")

    def _checked(self, entry: ModelFile) -> Path:
        assert self.folder is not None  # noqa: S101  (filters have no files)
        path = self.folder / entry.file
        if path.is_symlink() or not path.is_file():
            raise BadModelError(f"{path} is missing or a link. Install the model again.")
        if digest(path) != entry.sha256:
            raise BadModelError(f"{path} is not the file that its manifest names (SHA-256 differs). Install it again.")
        return path


class Store:
    """All models, by task and name. Later folders win over earlier ones, so a user's model may replace a shipped one.

    >>> Store().get("denoise", "gaussian").manifest.is_classical
    True
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders or (SHIPPED, user_folder())

    def models(self) -> Iterator[Model]:
        """The classical ones, then those of the folders; a folder without a manifest is no model."""
        yield from (_classical(name) for name in sorted(CLASSIC))
        found: dict[tuple[str, str, int], Model] = {}
        for folder in self._folders:
            for path in _manifests(folder):
                manifest = Manifest.read(path)
                found[manifest.task, manifest.name, manifest.scale] = Model(manifest, path.parent)
        yield from found.values()

    def get(
        self, task: str, name: str, *, scale: int | None = None, settings: Mapping[str, Any] | None = None
    ) -> Model:
        """The model of that name that serves `task`; a path to an `.onnx` file or a model's folder works too.

        `settings` are a classical filter's own options; UnknownOptionError names those that there are.
        """
        model = self._named(task, name, scale)
        if not settings:
            return model
        if model.classical is None:
            raise UnknownOptionError(f"Model {name!r}", next(iter(settings)), ())
        changed = {} if scale is None or task != "upscale" else {"scale": scale}
        return _classical(name, **changed, **settings)

    def _named(self, task: str, name: str, scale: int | None) -> Model:
        if _is_path(name):
            return _foreign(Path(name), task)
        serving = [model for model in self.models() if model.manifest.task == task]
        named = [model for model in serving if model.manifest.name == name]
        if not named:
            raise UnknownNameError(f"model for {task}", name, {model.manifest.name for model in serving})
        fitting = [model for model in named if scale is None or (model.manifest.scale == scale and not model.classical)]
        if fitting:
            return fitting[-1]
        if named[0].classical is not None:
            return _classical(name, scale=scale) if task == "upscale" else named[0]
        scales = sorted({model.manifest.scale for model in named})
        raise BadInputError(f"{name} scales by {', '.join(map(str, scales))}, not by {scale}.")

    def stamp(self, name: str) -> tuple[tuple[Path, int], ...]:
        """Another one whenever a model of the folders, or the file `name`, was added, replaced or removed."""
        found = [path for folder in self._folders for path in _manifests(folder)]
        found += [
            path for path in (Path(name), Path(name) / "manifest.json") if os.sep in name or name.endswith(".onnx")
        ]
        return tuple(sorted((path, path.stat().st_mtime_ns) for path in found if path.exists()))

    def add(self, path: Path, *, task: str, name: str | None = None) -> Manifest:
        """Copy a model's folder, or an `.onnx` file, into the user's folder, checked; replaces one of that name."""
        model = _foreign(path, task)
        manifest = model.manifest if name is None else model.manifest.model_copy(update={"name": name})
        if not re.fullmatch(NAME, manifest.name):
            raise BadInputError(f"A model's name has small letters, digits, '.', '_' and '-', not {manifest.name!r}.")
        assert model.folder is not None  # noqa: S101
        home = self._folders[-1]
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=".adding-") as staging:
            ready = Path(staging) / "model"
            ready.mkdir()
            entries = [*manifest.precisions.values(), *([manifest.golden] if manifest.golden else [])]
            for entry in entries:
                shutil.copyfile(model.folder / entry.file, ready / entry.file)
            manifest.write(ready / "manifest.json")
            checked = Model(manifest, ready)
            checked.open(device="cpu")
            if manifest.golden:
                checked.verify()
            target = home / f"{manifest.task}-{manifest.name}-x{manifest.scale}"
            if target.exists():
                target.rename(Path(staging) / "old")
            ready.rename(target)
        return manifest

    def remove(self, task: str, name: str) -> Path:
        """Delete a model of the user's folder; shipped and classical ones stay."""
        model = self.get(task, name)
        if model.folder is None or model.folder.parent != self._folders[-1]:
            raise BadInputError(f"{name} came with relume and cannot be removed; only added models can.")
        shutil.rmtree(model.folder)
        return model.folder


def _is_path(name: str) -> bool:
    return name.endswith(".onnx") or os.sep in name


def _manifests(folder: Path) -> list[Path]:
    """Those of the models in `folder`; a folder that may not be read holds none, and the log says so."""
    try:
        return sorted(path for entry in folder.iterdir() if (path := entry / "manifest.json").is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        LOG.warning("The models in %s cannot be used: %s", folder, error.strerror)
        return []


def _classical(name: str, **options: Any) -> Model:
    fields = [f.name for f in dataclasses.fields(CLASSIC[name]) if f.init]
    if unknown := [option for option in options if option not in fields]:
        raise UnknownOptionError(f"Model {name!r}", unknown[0], fields)
    restorer = CLASSIC[name](**options)
    manifest = Manifest(
        task=restorer.task,
        name=name,
        version="1",
        summary=(type(restorer).__doc__ or "").strip().splitlines()[0],
        inputs=restorer.inputs,
        channels=0,
        scale=restorer.scale,
        halo=restorer.halo,
        reach=restorer.halo,
        tile=1024,
    )
    return Model(manifest, classical=restorer)


def _foreign(path: Path, task: str) -> Model:
    """A model's folder, or somebody's `.onnx` file: beside a manifest, or asked what it is."""
    from relume.run.probe import probe

    if path.is_dir():
        return _serving(Model(Manifest.read(path / "manifest.json"), path), task)
    if not path.is_file():
        raise BadInputError(f"There is no model file {path}. Give an .onnx file or a model's folder.")
    beside = path.parent / "manifest.json"
    if beside.is_file():
        manifest = Manifest.read(beside)
        # Who names a file means that one, not another precision beside it.
        if named := {kind: entry for kind, entry in manifest.precisions.items() if entry.file == path.name}:
            return _serving(Model(manifest.model_copy(update={"precisions": named}), path.parent), task)
    return Model(probe(path, task=task), path.parent)


def _serving(model: Model, task: str) -> Model:
    if model.manifest.task != task:
        raise BadInputError(f"{model.manifest.name} is a model for {model.manifest.task}, not for {task}.")
    return model
