"""relume export: from a training run to a model that can be used."""

from pathlib import Path
from typing import Annotated

import typer

from relume.cli import _options as o
from relume.errors import BadInputError

__all__ = ["export"]

PANEL = "Make a model"
EXAMPLES = (
    "relume export runs/balanced",
    "relume export runs/balanced --models my_models --summary 'For my scanner.' --term 'photos=CC0'",
)


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of `relume train`.", show_default=False)],
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", show_default=False, help="RUN/model.onnx when not given."),
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", show_default=False, help="Make a whole model here: ONNX file, golden pair and manifest."
        ),
    ] = None,
    summary: Annotated[str, typer.Option(help="One line for `relume models list`.")] = "",
    version: Annotated[str, typer.Option(help="Tells editions of a model apart.")] = "1",
    name: Annotated[
        str | None, typer.Option(metavar="NAME", show_default=False, help="Of the model; the recipe's when not given.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the model of that name in DIR.")] = False,
    term: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FOLDER=TERMS", show_default=False, help="The terms of a training folder; may be repeated."
        ),
    ] = None,
) -> int:
    """Write the net of a run as an ONNX file, or as a model with its manifest. Needs the extra `train`."""
    from relume.extras import need

    need("torch", extra="train")
    if models is None:
        from relume.make.export import export as write

        print(write(run, out))
        return 0
    if out is not None:
        raise BadInputError("--out writes one ONNX file and --models a whole model; give one of the two.")
    from relume.make.register import register

    print(
        register(
            run,
            models,
            summary=summary,
            version=version,
            name=name,
            replace=replace,
            terms=o.read_pairs("--term", term or [], like="FOLDER=TERMS"),
        )
    )
    return 0
