"""relume dejpeg: take away what JPEG compression left."""

from typing import Annotated

import typer

from relume.cli import _options as o
from relume.cli._restore import GO_ON, Request, restore

__all__ = ["dejpeg"]

PANEL = "Restore"
STOP = GO_ON
EXAMPLES = (
    "relume dejpeg meme.jpg -o better.png",
    "relume dejpeg scans/ -o better/ --recursive --strength 0.8",
    "relume dejpeg saved_twice.png -o better.png --jpeg-quality 20",
)


def dejpeg(
    inputs: o.Inputs,
    *,
    out: o.Out = None,
    model: Annotated[str | None, o.model_option("dejpeg")] = None,
    set_: o.Settings = None,
    strength: o.Strength = 1.0,
    mask: o.Mask = None,
    jpeg_quality: Annotated[
        int | None,
        typer.Option(
            "--jpeg-quality",
            min=1,
            max=100,
            show_default=False,
            help="What it was compressed with; found out if not given.",
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
    """Take away blocks, ringing and coarse colours of JPEG; a PNG or TIFF target keeps what is won."""
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
        task="dejpeg",
        inputs=inputs,
        out=out,
        engine=engine,
        options={"strength": strength, "jpeg_quality": jpeg_quality, "mask": mask},
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
