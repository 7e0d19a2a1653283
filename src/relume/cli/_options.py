"""The options that several commands share, and the readers of their values."""

import re
from pathlib import Path
from typing import Annotated

import typer

from relume.errors import BadInputError

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def read_size(text: str) -> str:
    """A size in bytes such as 2GB, 800MB or 1.5GiB, checked; returned as it was written.

    >>> read_size("1.5GiB")
    '1.5GiB'
    """
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?I?)B?", text.strip().upper())
    if match is None or match[2] not in UNITS or float(match[1]) <= 0:
        raise typer.BadParameter(f"a size looks like 2GB or 800MB, but came as {text!r}.")
    return text


def read_sigma(text: str) -> float:
    """A standard deviation in units of [0, 1], also as a fraction.

    >>> read_sigma("25/255") == 25 / 255
    True
    """
    match = re.fullmatch(r"\s*([0-9.]+)\s*(?:/\s*([0-9.]+))?\s*", text)
    try:
        value = float(match[1]) / float(match[2] or 1) if match else None
    except (ValueError, ZeroDivisionError):
        value = None
    if value is None:
        raise typer.BadParameter(f"sigma is a number like 0.1 or 25/255, but came as {text!r}.")
    if value > 1:
        raise typer.BadParameter(f"sigma is in units of 0 to 1, but came as {text}. Write {text}/255 for 8-bit levels.")
    return value


def complete_model(task: str, incomplete: str) -> list[str]:
    """The names of models for `task` that start like `incomplete`."""
    from relume.run.store import Store

    names = [name for name in Store() if task in ("", Store()[name].task)]
    return [name for name in names if name.startswith(incomplete)]


def read_specs(specs: list[str]) -> list[str]:
    """At least one degradation."""
    if not specs:
        raise BadInputError("Name at least one degradation, say --with gaussian_noise:sigma=0.1.")
    return specs


Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUT…", show_default=False, help="Pictures, folders, globs; - reads a picture from stdin."),
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Look into the folders of folders too.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per input, a line each, on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary; errors are still told.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same result.")]
Device = Annotated[
    str, typer.Option(metavar="D", help="auto, cpu, cuda:0, …", rich_help_panel="How it runs", show_default=True)
]
Precision = Annotated[
    str, typer.Option(metavar="P", help="auto, fp32, fp16, bf16 or int8.", rich_help_panel="How it runs")
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="CPU threads; all when not given.", rich_help_panel="How it runs", show_default=False),
]
Data = Annotated[Path, typer.Option(exists=True, file_okay=False, metavar="DIR", help="The folder with clean pictures.")]
