"""relume train: make a model from a recipe."""

import logging
import runpy
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._say import on_terminal, say
from relume.errors import BadInputError

__all__ = ["train"]

PANEL = "Make a model"
READ = "How pictures are read"
STOP = "What was learned is saved; go on with --resume."
EXAMPLES = (
    "relume train denoise_balanced --data data/train --out runs/balanced",
    "relume train denoise_fast --data data/train --out runs/quick --steps 200",
    "relume train denoise_balanced --data data/train --out runs/balanced --resume --minutes 60",
    "relume train denoise_balanced --init balanced --data mine --set data=cells --set regime=fine_tune -o runs/cells",
)


def train(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="Its name, a recipe.json, or a .py file.", show_default=False)
    ],
    *,
    data: o.Data,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="RUN", help="The folder of the run.")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", show_default=False, help="Change one field of the recipe; may be repeated."
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="As --set steps=N; warm-up and phases shrink along.", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in RUN.")] = False,
    init: Annotated[
        Path | None, typer.Option(metavar="RUN|MODEL", show_default=False, help="Begin with its weights.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Stop after so long, to be resumed later.", show_default=False)
    ] = None,
    save_every: Annotated[float, typer.Option(min=0, metavar="MINUTES", help="Between two saves.")] = 5.0,
    device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda or mps.")] = "auto",
    devices: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="How many share each batch; all GPUs there are.", show_default=False),
    ] = None,
    events: Annotated[
        bool, typer.Option("--events", help="Write curves and pictures for TensorBoard into RUN/events.")
    ] = False,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Leave broken pictures out, and say which.", rich_help_panel=READ)
    ] = False,
    memory_limit: Annotated[
        str | None,
        typer.Option(
            parser=o.read_size,
            metavar="SIZE",
            help="Of decoded pictures, say 8GB; what is more is decoded while training. Half of the memory.",
            show_default=False,
            rich_help_panel=READ,
        ),
    ] = None,
    hounsfield: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="LOW HIGH",
            help="Units that are 0 and 1 in CT slices; restorers take -1024 and 3071.",
            show_default=False,
            rich_help_panel=READ,
        ),
    ] = None,
) -> int:
    """Train a model. Needs the extra `train`. It stops and resumes exactly; 0 when all steps are done."""
    from relume.extras import need

    need("torch", extra="train")
    need("lightning", extra="train")
    for name in ("lightning.fabric", "lightning.pytorch"):
        logging.getLogger(name).setLevel(logging.WARNING)  # how it computes, the recipe says
    from relume.make.train import Options
    from relume.make.train import train as train_recipe

    settings = o.read_pairs("--set", set_ or [], like="FIELD=VALUE") | ({"steps": str(steps)} if steps else {})
    chosen = _recipe(recipe, out, resume=resume).changed(settings)
    reading = _reading(memory_limit, hounsfield, skip_broken=skip_broken)
    left: list[Any] = []
    with _watched(chosen) as (report, stepped):

        def told(progress: Any) -> None:
            left[:] = [progress]
            report(progress)

        options = Options(
            minutes=minutes,
            save_every_minutes=save_every,
            devices=devices,
            accelerator=device,
            events=events,
            report=told,
            stepped=stepped,
            left_out=_tell_skipped,
        )
        finished = train_recipe(chosen, data=data, out=out, resume=resume, init=init, reading=reading, options=options)
    if not finished:
        say(f"stopped before its last step{_left(left)}. Go on with --resume.", about=out)
    return 0


def _reading(memory_limit: str | None, hounsfield: tuple[float, float] | None, *, skip_broken: bool) -> Any:
    from relume.make.data import Reading, Window
    from relume.run.prepare import memory_bytes

    return Reading(
        broken="skip" if skip_broken else "refuse",
        memory_limit=memory_bytes(memory_limit),
        window=Window() if hounsfield is None else Window(low=hounsfield[0], high=hounsfield[1]),
    )


def _tell_skipped(one: Any) -> None:
    say(f"left out. {one.reason}", about=one.name)


def _recipe(name: str, out: Path, *, resume: bool) -> Any:
    from relume.make.recipe import Recipe
    from relume.make.recipes import RECIPES

    if resume and (out / "recipe.json").exists():
        begun = Recipe.from_json((out / "recipe.json").read_text(), source=out / "recipe.json")
        named = begun if name.endswith((".json", ".py")) else RECIPES[name]
        if (named.task, named.name) != (begun.task, begun.name):  # no refusal: it may have been renamed by --set
            say(f"goes on with the recipe it began with, {begun.task} {begun.name}, not {name}.", about=out)
        return begun
    if not name.endswith((".json", ".py")):
        return RECIPES[name]
    if not Path(name).exists():
        raise BadInputError(f"There is no recipe file {name}.")
    if name.endswith(".json"):
        try:
            return Recipe.from_json(Path(name).read_text(), source=name)
        except UnicodeDecodeError as error:
            raise BadInputError(f"{name} is no text, so no recipe: {error}.") from error
    return _run(name)


def _run(name: str) -> Any:
    """The recipe of a user's own Python file."""
    from relume.make.recipe import Recipe

    try:
        found = runpy.run_path(name).get("recipe")
    except Exception as error:  # whatever the user's file raises
        raise BadInputError(f"{name} does not run: {type(error).__name__}: {error}. Mend it.") from error
    if not isinstance(found, Recipe):
        raise BadInputError(f"{name} sets no `recipe` that is a relume.make.recipe.Recipe. Copy a shipped one.")
    return found


@contextmanager
def _watched(recipe: Any) -> Generator[tuple[Callable[[Any], None], Callable[[int, int], None]]]:
    """A bar with the speed and the time left on a terminal; a line now and then in a pipe."""
    if not on_terminal():
        yield _report, lambda step, crops: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[found]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=recipe.steps, speed="", found="")

        def report(progress: Any) -> None:
            found = "" if progress.psnr is None else f", {progress.psnr:.2f} dB"
            shown.update(task, found=f"loss {progress.loss:.5f}{found}")

        def stepped(step: int, crops: int) -> None:
            speed = shown.tasks[0].speed  # steps a second
            told = f"{speed * crops:.0f} images/s" if speed else ""
            shown.update(task, completed=step, speed=told)

        yield report, stepped


def _report(progress: Any) -> None:
    found = "" if progress.psnr is None else f", {progress.psnr:.2f} dB"
    skipped = f", {progress.skipped} skipped" if progress.skipped else ""
    say(
        f"step {progress.step} of {progress.steps}, loss {progress.loss:.5f}{found}{skipped}, "
        f"{progress.images_per_second:.0f} images/s, {progress.seconds_left / 60:.0f} min left"
    )


def _left(reports: list[Any]) -> str:
    if not reports:
        return ""
    last = reports[-1]
    return f" ({last.step} of {last.steps} reported, about {last.seconds_left / 60:.0f} min left)"
