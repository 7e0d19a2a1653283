"""relume degrade: damage pictures on purpose, the same way every time."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._inputs import expand, names_many
from relume.cli._progress import progress
from relume.cli._say import say, tell
from relume.cli._streams import check_stdout, contents, write_stdout
from relume.cli._targets import STDOUT, Job, ending, is_folder, plan
from relume.errors import BadInputError, RelumeError

__all__ = ["degrade"]

PANEL = "Look and measure"
EXAMPLES = (
    "relume degrade photo.png -o noisy.png --with gaussian_noise:sigma=25/255",
    "relume degrade clean/ -o small/ --with bicubic_downscale:scale=4+jpeg:quality=30..90",
    "relume degrade clean/ -o noisy/ --with poisson_noise:photons=200+salt_pepper_noise:share=0.02 --seed 7",
)


def degrade(
    inputs: o.Inputs,
    *,
    out: o.Out = None,
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            "-w",
            metavar="SPEC",
            show_default=False,
            help="NAME or NAME:option=value,…; or JSON; may be repeated.",
        ),
    ] = None,
    seed: o.Seed = 0,
    recursive: o.Recursive = False,
    format: o.Format = None,
    quality: o.Quality = None,
    chroma: o.Chroma = None,
    depth: o.Depth = None,
    overwrite_input: o.OverwriteInput = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> int:
    """Add noise and other damage to clean pictures, to try a restorer on. Needs the extra `train`."""
    if out is None:
        raise BadInputError("Say where the result goes: -o FILE or -o FOLDER.")
    if json and out == "-":
        raise BadInputError("stdout carries the picture or the JSON, not both. Write the picture to a file: -o FILE.")
    way = _Way(_read(with_ or []), seed, format, {"quality": quality, "chroma": chroma, "depth": depth})
    many = names_many(inputs)
    sources = expand(inputs, recursive=recursive, leave_out=Path(out) if is_folder(out, many=many) else None)
    jobs = plan(sources, out, many=many, format=format, overwrite_input=overwrite_input)
    failed = 0
    with progress("degrade", len(jobs), quiet=quiet) as bar:
        for place, job in enumerate(jobs):
            problem, notes = (job.problem, []) if job.problem else _one(job, place, way)
            failed += problem is not None
            bar.done(job.source.path)
            for line in [problem] if problem else notes:
                say(line, about=job.source.path)
            if json:
                tell(_line(job, seed, problem, notes))
    return 1 if failed else 0


def _line(job: Job, seed: int, problem: str | None, notes: list[str]) -> dict[str, Any]:
    line = {"source": str(job.source.path), "target": str(job.target), "status": "failed" if problem else "done"}
    return line | ({"error": problem} if problem else {"seed": seed, "notes": notes})


@dataclass(frozen=True)
class _Way:
    degradation: Any
    seed: int
    format: str | None
    saving: dict[str, Any]


def _read(specs: list[str]) -> Any:
    from relume.extras import need

    if not specs:
        raise BadInputError("Name at least one degradation, say --with gaussian_noise:sigma=25/255.")
    need("torch", extra="train")
    from relume.degrade import DEGRADATIONS, parse

    parts = tuple(parse(spec) for spec in specs)
    return parts[0] if len(parts) == 1 else DEGRADATIONS["chain"](parts=parts)


def _like(image: Any, pixels: Any) -> Any:
    """The degraded picture; its alpha follows when the size has changed."""
    if image.alpha is None or image.alpha.shape == pixels.shape[:2]:
        return image.replace(pixels)
    import cv2

    height, width = pixels.shape[:2]
    return image.replace(pixels, alpha=cv2.resize(image.alpha, (width, height), interpolation=cv2.INTER_AREA))


def _one(job: Job, place: int, way: _Way) -> tuple[str | None, list[str]]:
    """Why it failed, or else what could not be kept."""
    import relume
    from relume import files
    from relume.make.evaluate import degrade as degraded_as  # picture i as `relume evaluate` has it

    try:
        image = relume.open(contents(job.source))
        degraded = _like(image, degraded_as(image.pixels, way.degradation, seed=way.seed, index=place))
        if job.target == STDOUT:
            check_stdout()
            ends = ending(job.source.path.with_suffix(f".{image.kept.format}"), way.format)
            notes: list[str] = []
            write_stdout(files.encode(degraded, ends[1:], notes=notes, **way.saving))
        else:
            job.target.parent.mkdir(parents=True, exist_ok=True)
            notes = files.save(degraded, job.target, **way.saving)
    except RelumeError as error:
        return str(error), []
    return None, [*image.kept.notes, *notes]
