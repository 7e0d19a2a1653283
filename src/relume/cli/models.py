"""relume models: which models there are, and bringing in one's own."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from relume.cli import _options as o
from relume.cli._say import say, tell
from relume.errors import BadModelError, UnknownNameError

__all__ = ["models"]

PANEL = "Models"
EXAMPLES = (
    "relume models list",
    "relume models show balanced",
    "relume models add my_net.onnx --task denoise --name mine",
)


class _ListsByDefault(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["list"])


models = typer.Typer(cls=_ListsByDefault, help="List, show, verify, add and remove models.")

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="As `relume models list` prints it.")]
Task = Annotated[str | None, typer.Option(metavar="TASK", show_default=False, help="Only models of this task.")]


@models.command("list")
def list_models(*, task: Task = None, json: o.Json = False) -> int:
    """All models, the shipped ones and your own."""
    from relume.run.store import Store
    from relume.tasks import TASKS

    marked = False
    for model in sorted(Store().models(), key=lambda m: (m.manifest.task, m.manifest.is_classical, m.manifest.name)):
        manifest = model.manifest
        if task is not None and manifest.task != task:
            continue
        default = manifest.name == TASKS[manifest.task].default
        marked = marked or default
        if json:
            line = {"task": manifest.task, "name": manifest.name, "version": manifest.version, "scale": manifest.scale}
            tell(line | {"default": default, "summary": manifest.summary})
        else:
            kind = "classical" if manifest.is_classical else f"network {manifest.version}"
            print(f"{manifest.task:9} {manifest.name:19} {'*' if default else ' '} {kind:12} {manifest.summary}")
    if marked and not json:
        print("\n* is used unless --model names another.")
    return 0


@models.command()
def show(name: Name, *, task: Task = None) -> int:
    """Everything a model promises: its manifest, as JSON."""
    for model in _named(name, task):
        print(model.manifest.model_dump_json(indent=2, exclude_defaults=True))
    return 0


@models.command()
def verify(name: Annotated[str | None, typer.Argument(metavar="NAME", show_default=False)] = None) -> int:
    """Check files against their digests, and the output against the golden one; of all models when none is named."""
    from relume.run.store import Store

    chosen = _named(name, None) if name else [m for m in Store().models() if not m.manifest.is_classical]
    failed = 0
    for model in chosen:
        try:
            difference = model.verify()
        except BadModelError as error:
            failed += 1
            say(str(error), about=model.manifest.name)
        else:
            print(f"{model.manifest.task} {model.manifest.name}: whole, largest difference {difference:.2g}")
    return 1 if failed else 0


@models.command()
def add(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="An .onnx file, or a model's folder.", show_default=False)
    ],
    *,
    task: Annotated[str, typer.Option(help="What it does.")] = "denoise",
    name: Annotated[str | None, typer.Option(metavar="NAME", show_default=False, help="What to call it.")] = None,
) -> int:
    """Copy a model to your own ones, checked."""
    from relume.run.store import Store

    manifest = Store().add(path, task=task, name=name)
    print(f"added. Use it with: relume {manifest.task} --model {manifest.name} INPUT -o OUT")
    return 0


@models.command()
def remove(name: Name, *, task: Task = None) -> int:
    """Remove one of your own models; those that came with relume stay."""
    from relume.run.store import Store

    for model in _named(name, task):
        print(f"removed {Store().remove(model.manifest.task, name)}")
    return 0


def _named(name: str, task: str | None) -> list[Any]:
    from relume.run.store import Store

    serving = [model for model in Store().models() if task in (None, model.manifest.task)]
    found = [model for model in serving if model.manifest.name == name]
    if not found:
        raise UnknownNameError("model", name, {model.manifest.name for model in serving})
    return found
