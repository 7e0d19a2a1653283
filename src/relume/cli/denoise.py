"""relume denoise: take noise away."""

from enum import StrEnum
from typing import Annotated

import typer

from relume.cli import _options as o
from relume.cli._restore import GO_ON, Request, restore

__all__ = ["denoise"]

PANEL = "Restore"
STOP = GO_ON
EXAMPLES = (
    "relume denoise photo.jpg -o better.jpg",
    "relume denoise scans/ -o better/ --recursive --strength 0.8",
    "relume denoise '*.tif' -o better/ --model nlm --sigma 25/255",
    "cat photo.png | relume denoise - > better.png",
)


class NoiseType(StrEnum):
    """What kind of noise it is."""

    auto = "auto"
    gaussian = "gaussian"
    poisson = "poisson"
    salt_pepper = "salt_pepper"
    real_world = "real_world"


def denoise(
    inputs: o.Inputs,
    *,
    out: o.Out = None,
    model: Annotated[str | None, o.model_option("denoise")] = None,
    set_: o.Settings = None,
    strength: o.Strength = 1.0,
    mask: o.Mask = None,
    noise_type: Annotated[NoiseType, typer.Option(help="What kind of noise; auto looks for itself.")] = NoiseType.auto,
    sigma: Annotated[
        float | None,
        typer.Option(
            parser=o.read_sigma, metavar="0..1", show_default=False, help="The noise level when known: 0.1 or 25/255."
        ),
    ] = None,
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
    """Take noise away and keep the detail; alpha, depth, colour profile and metadata stay."""
    engine = {
        "model": model,
        "settings": o.read_settings(set_ or []),
        "device": device,
        "precision": precision,
        "runtime": runtime,
        "tile_size": tile,
        "memory_limit": memory_limit,
        "threads": threads,
    }
    request = Request(
        task="denoise",
        inputs=inputs,
        out=out,
        engine=engine,
        options={"strength": strength, "noise_type": noise_type.value, "sigma": sigma, "mask": mask},
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
