"""relume quantize: a model in 8 bits, where that costs no quality that is seen."""

from pathlib import Path
from typing import Annotated, Any

import typer

from relume.cli import _options as o

__all__ = ["quantize"]

PANEL = "Make a model"
EXAMPLES = (
    "relume quantize balanced --data data/train -o my_models/balanced",
    "relume quantize balanced --data data/train -o my_models/balanced --tune 300",
    "relume quantize my_net.onnx --data photos/ -o my_net_int8",
)


def quantize(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A name, an .onnx file, a model's folder, or a run's.", show_default=False
        ),
    ],
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            show_default=False,
            help="Clean pictures, or the folder it was trained on; rendered ones when not given.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", show_default=False, help="For the whole model; its own folder when not given."
        ),
    ] = None,
    task: Annotated[str, typer.Option(help="What the model does.")] = "denoise",
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with", "-w", metavar="SPEC", show_default=False, help="Damage to judge by; may be repeated; the task's."
        ),
    ] = None,
    tune: Annotated[
        int, typer.Option(min=0, metavar="STEPS", help="Tune the weights for 8 bits: faster models; minutes.")
    ] = 0,
    limit: Annotated[float, typer.Option(min=0, help="Refuse when more dB are lost on held-out crops.")] = 0.1,
    json: o.Json = False,
) -> int:
    """Write an INT8 file beside a model's fp32 one, calibrated and judged on crops. Needs the extra `train`."""
    from relume.extras import need

    need("torch", extra="train")
    from relume.cli._say import tell
    from relume.make.quantize import open_model
    from relume.make.quantize import quantize as make

    found = open_model(model, task=task, out=out)
    made = make(found, data=data, out=out, specs=with_ or (), limit=limit, tune=tune)
    if json:
        tell(made.to_json())
    else:
        _print(made)
    return 0


def _print(made: Any) -> None:
    wide = max(map(len, made.fp32))
    print(f"{'':{wide}}{'fp32 dB':>10}{'int8 dB':>10}{'lost':>8}")
    for damage, before in made.fp32.items():
        print(f"{damage:{wide}}{before:>10.2f}{made.int8[damage]:>10.2f}{before - made.int8[damage]:>8.3f}")
    print(f"{'mean':{wide}}{'':20}{made.lost:>8.3f}")
    tried = ", ".join(f"{method} {lost:.3f}" for method, lost in made.tried.items())
    print(f"\nranges by {made.method} (dB lost with every layer in 8 bits: {tried})")
    print(f"in float: {', '.join(made.kept)}")
    print(f"{made.bytes_int8 / 1e6:.2f} MB, {made.bytes_int8 / made.bytes_fp32:.3f} of the model in full precision")
    print(f"crops of {made.data}. Written: {made.file}")
