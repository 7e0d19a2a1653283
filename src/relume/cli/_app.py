"""Puts the commands together: listing them imports their files, but none of those imports what it works with."""

import importlib
from typing import Annotated, Any

import typer

import relume
from relume.catalog import Catalog

COMMANDS = Catalog("command", "relume.cli")
HELP = ["-h", "--help"]
PANELS = ("Restore", "Look and measure", "Models", "Make a model")


def build() -> Any:
    """The command that typer makes of all files here."""
    app = typer.Typer(
        name="relume",
        help="Restore pictures, and keep every bit of the file that is none of a restorer's business.",
        epilog=_epilog(("relume denoise scans/ -o better/", "relume assess photo.jpg")),
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": HELP},
    )
    app.callback()(_root)
    for name in sorted(COMMANDS, key=_place):
        module = importlib.import_module(f"relume.cli.{name}")
        thing = COMMANDS[name]
        extra: dict[str, Any] = {"rich_help_panel": module.PANEL, "epilog": _epilog(module.EXAMPLES)}
        if isinstance(thing, typer.Typer):
            app.add_typer(thing, name=name, **extra)
        else:
            app.command(name, **extra)(thing)
    command = typer.main.get_command(app)
    _without_types(command)
    return command


def _without_types(command: Any) -> None:
    """Help for people: `--json`, not `--json <bool>`, and no `<list[str]>` beside what is named already."""
    # Made when it is first asked for, and kept.
    of_help = command.get_help_option(typer.Context(command, help_option_names=HELP))
    for parameter in [*command.params, *([of_help] if of_help else [])]:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda ctx: ""  # pyright: ignore[reportUnknownLambdaType]
    for below in getattr(command, "commands", {}).values():
        _without_types(below)


def _place(name: str) -> tuple[int, str]:
    return PANELS.index(importlib.import_module(f"relume.cli.{name}").PANEL), name


def _epilog(examples: tuple[str, ...]) -> str:
    # Rich joins the lines of a paragraph, so each example is one of its own.
    return "\n\n".join(("[bold]Examples[/bold]", *(f"  [cyan]{line}[/cyan]" for line in examples)))


def _version(wanted: bool) -> bool:  # noqa: FBT001  (typer hands it over so)
    if wanted:
        print(f"relume {relume.__version__}")
        raise typer.Exit
    return wanted


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of `relume` itself."""
