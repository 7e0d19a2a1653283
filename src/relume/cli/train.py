"""relume train: make a model from a recipe."""

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._say import say
from relume.errors import BadInputError

__all__ = ["train"]

PANEL = "Make a model"
STOP = "What was learned is saved; go on with --resume."
EXAMPLES = (
    "relume train denoise_balanced --data data/train --out runs/balanced",
    "relume train denoise_balanced --data data/train --out runs/quick --set steps=2000",
    "relume train denoise_balanced --data data/train --out runs/balanced --resume --minutes 60",
)


def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Its name, or a recipe.json.", show_default=False)],
    *,
    data: o.Data,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="RUN", help="The folder of the run.")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", show_default=False, help="Change one field of the recipe; may be repeated."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in RUN.")] = False,
    init: Annotated[
        Path | None, typer.Option(metavar="RUN", show_default=False, help="Begin with the weights of another run.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Stop after so long, to be resumed later.", show_default=False)
    ] = None,
) -> int:
    """Train a model. Needs the extra `train`. It stops and resumes exactly; 0 when all steps are done."""
    from relume.extras import need

    need("torch", extra="train")
    need("lightning", extra="train")
    for name in ("lightning.fabric", "lightning.pytorch"):
        logging.getLogger(name).setLevel(logging.WARNING)  # how it computes, the recipe says
    from relume.make.train import train as train_recipe

    chosen = _recipe(recipe, out, resume=resume).changed(o.read_pairs("--set", set_ or [], like="FIELD=VALUE"))
    finished = train_recipe(chosen, data=data, out=out, resume=resume, init=init, minutes=minutes, report=_report)
    if not finished:
        say("stopped before its last step. Go on with --resume.", about=out)
    return 0


def _recipe(name: str, out: Path, *, resume: bool) -> Any:
    from relume.make.recipe import Recipe
    from relume.make.recipes import RECIPES

    if resume and (out / "recipe.json").exists():
        return Recipe.from_json((out / "recipe.json").read_text())
    if name.endswith(".json"):
        if not Path(name).exists():
            raise BadInputError(f"There is no recipe file {name}.")
        return Recipe.from_json(Path(name).read_text())
    return RECIPES[name]


def _report(progress: Any) -> None:
    left = progress.seconds_left / 60
    found = "" if progress.psnr is None else f", {progress.psnr:.2f} dB"
    say(f"step {progress.step} of {progress.steps}, loss {progress.loss:.5f}{found}, {left:.0f} min left")
