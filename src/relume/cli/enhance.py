"""relume enhance: better light, contrast and sharpness."""

from typing import Annotated

from relume.cli import _options as o
from relume.cli._restore import GO_ON, Request, restore

__all__ = ["enhance"]

PANEL = "Restore"
STOP = GO_ON
EXAMPLES = (
    "relume enhance dark.jpg -o bright.jpg --model retinex",
    "relume enhance dark.jpg -o bright.jpg --model gamma --set gamma=1.8",
    "relume enhance scans/ -o better/ --model unsharp_mask --strength 0.5",
)


def enhance(
    inputs: o.Inputs,
    *,
    out: o.Out = None,
    model: Annotated[str | None, o.model_option("enhance")] = None,
    set_: o.Settings = None,
    strength: o.Strength = 1.0,
    mask: o.Mask = None,
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
    """Better light, contrast and sharpness."""
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
        task="enhance",
        inputs=inputs,
        out=out,
        engine=engine,
        options={"strength": strength, "mask": mask},
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
