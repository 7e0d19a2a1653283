"""The options that several commands share, and the readers of their values."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

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


def read_strength(text: str | float) -> float:
    """From 0 to 1, checked.

    >>> read_strength("0.8")
    0.8
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"strength is a number from 0 to 1, but came as {text!r}.")
    return value


def read_quality(text: str) -> int:
    """From 1 to 100, checked.

    >>> read_quality("95")
    95
    """
    if not text.strip().isdecimal() or not 1 <= int(text) <= 100:
        raise typer.BadParameter(f"quality is a whole number from 1 to 100, but came as {text!r}.")
    return int(text)


def read_chroma(text: str) -> str:
    """How finely JPEG and AVIF keep colour, checked.

    >>> read_chroma("444")
    '4:4:4'
    """
    known = {"444": "4:4:4", "420": "4:2:0"}
    if (digits := text.replace(":", "")) not in known:
        raise typer.BadParameter(f"chroma is 4:4:4 or 4:2:0, but came as {text!r}.")
    return known[digits]


def read_depth(text: str) -> str:
    """The depth of samples, checked.

    >>> read_depth("16")
    'uint16'
    """
    known = {"8": "uint8", "16": "uint16", "float": "float32"}
    if text not in {*known, *known.values()}:
        raise typer.BadParameter(f"depth is 8, 16 or float, but came as {text!r}.")
    return known.get(text, text)


def read_pairs(option: str, texts: Iterable[str], *, like: str = "NAME=VALUE") -> dict[str, str]:
    """The names and values that an option was given, which may be repeated.

    >>> read_pairs("--set", ["gamma = 1.8"])
    {'gamma': '1.8'}
    """
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadInputError(f"{option} takes {like}, but came as {text!r}.")
        pairs[name.strip()] = value.strip()
    return pairs


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """A filter's own options, their values as in JSON, or a fraction; what is none of these is text.

    >>> read_settings(["radius=2", "scales=[0.1, 0.5]", "threshold=51/255", "way=fast"])
    {'radius': 2, 'scales': (0.1, 0.5), 'threshold': 0.2, 'way': 'fast'}
    """
    return {name: _value(text) for name, text in read_pairs("--set", texts).items()}


def _value(text: str) -> Any:
    over, slash, under = text.partition("/")
    try:
        return float(over) / float(under) if slash else _json(text)
    except (ValueError, ZeroDivisionError):
        return text


def _json(text: str) -> Any:
    value = json.loads("Infinity" if text == "inf" else text)
    return tuple(value) if isinstance(value, list) else value


def model_option(task: str = "") -> Any:
    """`--model`, completed with the names of the models that serve `task`."""

    def complete(incomplete: str) -> list[str]:
        from relume.run.store import Store

        names = {model.manifest.name for model in Store().models() if task in ("", model.manifest.task)}
        return sorted(name for name in names if name.startswith(incomplete))

    text = "A name of `relume models list`, or an .onnx file."
    return typer.Option("--model", "-m", metavar="NAME", show_default=False, help=text, autocompletion=complete)


Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE|FOLDER", show_default=False, help="Pictures, folders, patterns; - reads a picture from stdin."
    ),
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Look into the folders of folders too.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per input, a line each, on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary; errors are still told.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same result.")]
Device = Annotated[
    str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda:0, …", rich_help_panel="How it runs", show_default=True)
]
Precision = Annotated[
    str, typer.Option(metavar="PRECISION", help="auto, fp32, fp16, bf16 or int8.", rich_help_panel="How it runs")
]
Runtime = Annotated[
    str, typer.Option(metavar="RUNTIME", help="onnx, openvino or torch.", rich_help_panel="How it runs")
]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="CPU threads; all when not given.", rich_help_panel="How it runs", show_default=False
    ),
]
Data = Annotated[
    Path, typer.Option(exists=True, file_okay=False, metavar="DIR", help="The folder with clean pictures.")
]

Out = Annotated[
    str | None,
    typer.Option(
        "--out", "-o", metavar="FILE|FOLDER", show_default=False, help="A file, or a folder; - writes to stdout."
    ),
]
Strength = Annotated[
    float,
    typer.Option(
        "--strength", "-s", parser=read_strength, metavar="0..1", help="0 changes nothing, 1 is the full effect."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        show_default=False,
        help="A classical filter's own option, say gamma=1.8; may be repeated.",
    ),
]
Mask = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        metavar="FILE",
        show_default=False,
        help="Where to act: white fully, black not at all; as large as the picture.",
    ),
]
Tile = Annotated[
    int | None,
    typer.Option(
        "--tile",
        min=32,
        metavar="N",
        help="Side of a tile in pixels.",
        rich_help_panel="How it runs",
        show_default=False,
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory-limit",
        parser=read_size,
        metavar="SIZE",
        help="What pictures in flight may take: 800MB, 2GB; careful when not given.",
        rich_help_panel="How it runs",
        show_default=False,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="Write jpg, png, tif, webp, …; the source's own when not given.",
        rich_help_panel="How it is written",
        show_default=False,
    ),
]
Quality = Annotated[
    int | None,
    typer.Option(
        "--quality",
        parser=read_quality,
        metavar="1..100",
        help="Of JPEG, WebP and AVIF; no worse than the source's when not given.",
        rich_help_panel="How it is written",
        show_default=False,
    ),
]
Chroma = Annotated[
    str | None,
    typer.Option(
        "--chroma",
        parser=read_chroma,
        metavar="4:4:4|4:2:0",
        help="Of colour in JPEG, WebP and AVIF; no coarser than the source's when not given.",
        rich_help_panel="How it is written",
        show_default=False,
    ),
]
Depth = Annotated[
    str | None,
    typer.Option(
        "--depth",
        parser=read_depth,
        metavar="8|16|float",
        help="Round to 8 or 16 bits, or write float; the source's when not given.",
        rich_help_panel="How it is written",
        show_default=False,
    ),
]
OverwriteInput = Annotated[
    bool,
    typer.Option("--overwrite-input", help="Let a result replace its source.", rich_help_panel="How it is written"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be done, and do nothing.")]
Again = Annotated[bool, typer.Option("--again", help="Do once more what a folder run has done before.")]
