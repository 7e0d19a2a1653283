"""relume upscale: more pixels."""

from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._restore import GO_ON, Request, restore
from relume.errors import BadInputError

__all__ = ["upscale"]

PANEL = "Restore"
STOP = GO_ON
EXAMPLES = (
    "relume upscale small.png -o large.png --scale 2",
    "relume upscale thumbs/ -o prints/ --scale 4 --model bicubic",
)


def upscale(
    inputs: o.Inputs,
    *,
    out: o.Out = None,
    model: Annotated[str | None, o.model_option("upscale")] = None,
    set_: o.Settings = None,
    strength: o.Strength = 1.0,
    scale: Annotated[int, typer.Option("--scale", "-x", min=2, max=8, help="How many times as wide and as high.")] = 2,
    recursive: o.Recursive = False,
    dry_run: o.DryRun = False,
    again: o.Again = False,
    format: o.Format = None,
    quality: o.Quality = None,
    chroma: o.Chroma = None,
    depth: o.Depth = None,
    overwrite_input: o.OverwriteInput = False,
    device: o.Device = "auto",
    precision: o.Precision = "auto",
    runtime: o.Runtime = "onnx",
    tile: o.Tile = None,
    memory_limit: o.Memory = None,
    threads: o.Threads = None,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> int:
    """Make pictures larger."""
    engine: dict[str, Any] = {
        "model": model,
        "settings": o.read_settings(set_ or []),
        "scale": scale,
        "device": device,
        "precision": precision,
        "runtime": runtime,
        "tile_size": tile,
        "memory_limit": memory_limit,
        "threads": threads,
    }
    if "scale" in engine["settings"]:
        raise BadInputError("How many times as large is said by --scale, not by --set.")
    request = Request(
        task="upscale",
        inputs=inputs,
        out=out,
        engine=engine,
        options={"strength": strength},
        format=format,
        quality=quality,
        chroma=chroma,
        depth=depth,
        recursive=recursive,
        json=json,
        quiet=quiet,
        dry_run=dry_run,
        overwrite_input=overwrite_input,
        again=again,
    )
    return restore(request)
