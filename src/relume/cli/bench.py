"""relume bench: how fast models are on this machine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._say import say, tell
from relume.errors import BadInputError

__all__ = ["bench"]

PANEL = "Models"
EXAMPLES = (
    "relume bench --threads 2",
    "relume bench --model balanced --model nlm --size 2048 --threads 2 --json",
    "relume bench --model balanced --runtime onnx --runtime openvino --precision int8 --markdown",
)
# What is measured unless a runtime or a precision is named.
WAYS = (
    ("onnx", "fp32"),
    ("onnx", "int8"),
    ("openvino", "fp32"),
    ("openvino", "bf16"),
    ("openvino", "int8"),
    ("torch", "fp32"),
    ("torch", "bf16"),
)
PRECISIONS = ("fp32", "fp16", "bf16", "int8")
HEAD = ("model", "runtime", "precision", "MP/s", "× onnx fp32", "GMAC/MP", "parameters", "peak MB", "first, s")


@dataclass(frozen=True)
class Subject:
    """A model to measure: as it was asked for, and what it promises."""

    asked: str
    manifest: Any

    @property
    def label(self) -> str:
        """Its name, with the scale where it is one of several."""
        return self.asked if self.manifest.scale == 1 else f"{self.asked} ×{self.manifest.scale}"


def bench(
    *,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            show_default=False,
            help="May be repeated; all trained models of the task and its baseline when not given.",
        ),
    ] = None,
    task: Annotated[str, typer.Option(help="denoise, dejpeg, enhance or upscale.")] = "denoise",
    size: Annotated[int, typer.Option(min=32, help="Side of the square picture, in pixels.")] = 1024,
    runs: Annotated[int, typer.Option(min=1, help="Measured runs after one that warms up; the fastest counts.")] = 3,
    device: o.Device = "auto",
    precision: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PRECISION", show_default=False, help="fp32, fp16, bf16 or int8; may be repeated; all usual ones."
        ),
    ] = None,
    runtime: Annotated[
        list[str] | None,
        typer.Option(metavar="RUNTIME", show_default=False, help="onnx, openvino or torch; may be repeated; all."),
    ] = None,
    threads: o.Threads = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Tables for a README.")] = False,
    json: o.Json = False,
) -> int:
    """Measure speed and memory of models on a picture of noise; an unhurried machine gives honest numbers.

    Megapixels are those of the picture handed in. The ways of one model run in turns, each in a process of its own, so
    that its memory is its own too. A GPU, where there is one, is measured in frames per second.
    """
    from relume.run.prepare import usable_cores

    subjects = _subjects(task, model)
    settings = {
        "task": task,
        "size": size,
        "device": "cpu" if device == "auto" else device,
        "threads": threads or usable_cores(),
    }
    asked = [(subject, _ways(subject, runtime, precision, device=device)) for subject in subjects]
    rows = (row for subject, ways in asked for row in _measure(subject, ways, settings, runs))
    complete = _show(rows, HEAD, _cells, json=json, markdown=markdown)
    if not model and all(subject.manifest.is_classical for subject in subjects):
        say(f"No trained model for {task} is installed; only its baseline was measured.")
    on_gpu = device == "cpu" or _gpu(subjects, device, json=json, markdown=markdown)
    named = bool(runtime or precision or device != "auto")
    return 0 if on_gpu and (complete or not named) else 1


def _subjects(task: str, names: Sequence[str] | None) -> list[Subject]:
    """The models of those names, in all their scales; without names the trained ones and the baseline."""
    from relume.run.store import Store
    from relume.tasks import TASKS

    baseline, store = TASKS[task].baseline, Store()
    serving = [model.manifest for model in store.models() if model.manifest.task == task]
    if not names:
        trained = [manifest for manifest in serving if not manifest.is_classical]
        trained.sort(key=lambda manifest: (manifest.scale, manifest.gmac_per_megapixel or 0))
        return [*(Subject(one.name, one) for one in trained), Subject(baseline, store.get(task, baseline).manifest)]
    found: list[Subject] = []
    for name in dict.fromkeys(names):
        same = [Subject(name, manifest) for manifest in serving if manifest.name == name]
        found += same or [Subject(name, store.get(task, name).manifest)]
    return found


def _ways(
    subject: Subject, runtimes: Sequence[str] | None, precisions: Sequence[str] | None, *, device: str
) -> list[tuple[str, str]]:
    """Runtime and precision of each run. Who names both gets every combination, be it possible or not."""
    from relume.run.session import SESSIONS

    if wrong := [one for one in precisions or () if one not in PRECISIONS]:
        raise BadInputError(f"A precision is {', '.join(PRECISIONS)}, not {wrong[0]!r}.")
    for name in runtimes or ():
        SESSIONS[name]  # an unknown one is guessed at
    if subject.manifest.is_classical:
        return [("filter", one) for one in precisions or ("fp32",)]
    if runtimes and precisions:
        return [(runtime, one) for runtime in runtimes for one in precisions]
    usual = [
        (runtime, one)
        for runtime, one in WAYS
        if runtime in (runtimes or (runtime,)) and one in (precisions or (one,))
        # OpenVINO names its devices otherwise.
        if runtime != "openvino" or device in ("auto", "cpu") or runtimes
    ]
    return usual or [(runtime, one) for runtime in dict(WAYS) for one in precisions or ()]


def _measure(
    subject: Subject, ways: Sequence[tuple[str, str]], settings: dict[str, Any], runs: int
) -> Iterator[dict[str, Any]]:
    """A row for each way: what was measured, or under `unavailable` why not."""
    from relume.cli._turns import in_turns

    manifest = subject.manifest
    scale = manifest.scale if settings["task"] == "upscale" else None
    asked = [
        {**settings, "model": subject.asked, "scale": scale, "precision": precision, "runtime": _real(runtime)}
        for runtime, precision in ways
    ]
    found = dict(zip(ways, in_turns(asked, runs=runs), strict=True))
    reference = found.get(("onnx", "fp32"))
    for (runtime, precision), one in found.items():
        row = {"model": subject.label, **settings, "runtime": runtime, "precision": precision}
        if isinstance(one, str):
            yield {**row, "unavailable": one}
            continue
        yield {
            **row,
            "seconds": one.seconds,
            "first_seconds": one.first_seconds,
            "megapixels_per_second": settings["size"] ** 2 / 1e6 / one.seconds,
            "times_onnx_fp32": None
            if reference is None or isinstance(reference, str)
            else reference.seconds / one.seconds,
            "gmac_per_megapixel": manifest.gmac_per_megapixel,
            "parameters": manifest.parameters,
            "peak_megabytes": None if one.peak_bytes is None else one.peak_bytes / 1e6,
        }


def _real(runtime: str) -> str:
    """A filter needs no runtime; the engine asks for one."""
    return "onnx" if runtime == "filter" else runtime


def _gpu(subjects: Sequence[Subject], device: str, *, json: bool, markdown: bool) -> bool:
    """Frames per second on a GPU; False when one was asked for by name and could not be measured."""
    from relume.cli import _gpu as part

    trained = [subject for subject in subjects if not subject.manifest.is_classical]
    if reason := part.missing(device):
        say(f"{reason} Frames per second were not measured.")
        return device == "auto"
    rows = (row for subject in trained for row in part.measure(subject.asked, subject.label, subject.manifest, device))
    return _show(rows, part.HEAD, part.cells, json=json, markdown=markdown)


def _show(rows: Iterable[dict[str, Any]], head: Sequence[str], cells: Any, *, json: bool, markdown: bool) -> bool:
    """Objects as they come, or a table; what could not be measured is told in lines. False when there were such."""
    from relume.cli._table import table

    lines: list[Sequence[str]] = []
    missed: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if json:
            tell(row)
        if "unavailable" in row:
            where = " ".join(row[name] for name in ("runtime", "precision", "frame") if name in row)
            missed.setdefault((row["model"], row["unavailable"]), []).append(where)
        else:
            lines.append(cells(row))
    if lines and not json:
        print(table([head, *lines], markdown=markdown), flush=True)
    for (model, reason), places in missed.items():
        say(f"not measured in {', '.join(places)}: {reason}", about=model)
    return not missed


def _cells(row: dict[str, Any]) -> list[str]:
    def known(value: Any, form: str) -> str:
        return "" if value is None else format(value, form)

    return [
        row["model"],
        row["runtime"],
        row["precision"],
        f"{row['megapixels_per_second']:.2f}",
        known(row["times_onnx_fp32"], ".2f"),
        known(row["gmac_per_megapixel"], ".1f"),
        known(row["parameters"], ",d"),
        known(row["peak_megabytes"], ".0f"),
        f"{row['first_seconds']:.3f}",
    ]
