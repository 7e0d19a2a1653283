"""relume evaluate: how good restorers are on folders of clean pictures."""

import itertools
from pathlib import Path
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.errors import BadInputError

__all__ = ["evaluate"]

PANEL = "Look and measure"
EXAMPLES = (
    "relume evaluate --model balanced --data data/test/CBSD68 --with gaussian_noise:sigma=25/255",
    "relume evaluate -m balanced -m nlm --data test/Kodak24 --data test/McMaster --blind --html report.html",
    "relume evaluate --task dejpeg --data test/LIVE1 --with jpeg:quality=10 --grey --metric psnr --metric psnr_b",
    "relume evaluate --task upscale --data test/Set5/HR --with bicubic_downscale:scale=2 --channel y --border 2",
    "relume evaluate --pairs test/cc/clean test/cc/noisy --markdown",
)


def evaluate(
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, file_okay=False, metavar="DIR", show_default=False, help="Clean pictures; may be repeated."
        ),
    ] = None,
    pairs: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            exists=True, file_okay=False, metavar="CLEAN DEGRADED", show_default=False, help="Folders of equal names."
        ),
    ] = None,
    model: Annotated[list[str] | None, o.model_option()] = None,
    task: Annotated[str, typer.Option(help="What the models do.")] = "denoise",
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with", "-w", metavar="SPEC", show_default=False, help="The damage; may be repeated; the task's usual."
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", show_default=False, help="psnr and ssim when not given; may be repeated."),
    ] = None,
    channel: Annotated[str, typer.Option(metavar="rgb|y|grey", help="What is compared.")] = "rgb",
    border: Annotated[int, typer.Option(min=0, metavar="N", help="Pixels cut from every side first.")] = 0,
    grey: Annotated[bool, typer.Option("--grey", help="Turn the pictures to 8-bit luma first.")] = False,
    seed: o.Seed = 0,
    blind: Annotated[bool, typer.Option("--blind", help="Do not tell the model how bad the damage is.")] = False,
    eight_bit: Annotated[
        bool, typer.Option("--eight-bit", help="Clip and round the degraded pictures, as files are.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", show_default=False, help="The first N pictures only.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write the figures into the model's manifest; only a whole set counts.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="A table for a README.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, metavar="FILE", show_default=False, help="A page with the worst and best pictures."
        ),
    ] = None,
    device: o.Device = "auto",
    precision: o.Precision = "auto",
    runtime: o.Runtime = "onnx",
    threads: o.Threads = None,
    json: o.Json = False,
) -> int:
    """Degrade clean pictures, restore them, and measure how near they come. Needs the extra `train`.

    All combinations of the models, sets and damages named are measured; several give one table.
    """
    from relume.extras import need

    need("torch", extra="train")
    from relume.make._page import Watch, page
    from relume.make._pairs import write_text
    from relume.make.evaluate import Protocol
    from relume.make.evaluate import evaluate as measure

    if save and limit is not None:
        raise BadInputError("--save writes figures of whole sets. Leave --limit out.")
    protocol = Protocol(
        metrics=tuple(metric or ("psnr", "ssim")),
        border=border,
        channel=_channel(channel),
        grey=grey,
        eight_bit=eight_bit,
    )
    settings = {"device": device, "precision": precision, "runtime": runtime, "threads": threads}
    found: list[Any] = []
    kept: list[Any] = []
    for (folder, damage, degraded), name in itertools.product(_sets(task, data, pairs, with_), model or [None]):
        watch = Watch() if html else None
        options: dict[str, Any] = {
            "blind": blind,
            "how": protocol,
            "limit": limit,
            "watch": watch,
            "seed": seed,
            **settings,
        }
        found.append(
            measure(
                name, task=task, data=folder, degradation=damage, degraded=degraded, **_scaled(task, damage), **options
            )
        )
        kept.append(watch.examples if watch else [])
        if save:
            _save(found[-1], task, name)
        if json:
            print(found[-1].to_json(), flush=True)
    if html:
        write_text(html, page(found, kept))
    if not json:
        _print(found, as_markdown=markdown)
    return 0


def _sets(task: str, data: Any, pairs: Any, specs: Any) -> list[tuple[Path, str | None, Path | None]]:
    """Folder of clean pictures, damage, folder of degraded ones: one of the two last."""
    from relume.tasks import TASKS

    if pairs is not None:
        if data or specs:
            raise BadInputError("--pairs names both folders. Leave --data and --with out.")
        return [(pairs[0], None, pairs[1])]
    if not data:
        raise BadInputError("Name a folder of clean pictures with --data, or two folders with --pairs.")
    damages = specs or [TASKS[task].degradation]
    if not damages[0]:
        raise BadInputError(f"{task} has no usual damage. Name one, say --with gaussian_noise:sigma=25/255.")
    return [(folder, damage, None) for folder in data for damage in damages]


def _scaled(task: str, damage: str | None) -> dict[str, Any]:
    """An upscaler undoes what the damage did: `scale` times smaller."""
    from relume.degrade import parse

    scale = getattr(parse(damage), "scale", None) if task == "upscale" and damage else None
    return {} if scale is None else {"scale": int(scale)}


def _channel(name: str) -> Any:
    if name not in ("rgb", "y", "grey"):
        raise BadInputError(f"--channel is rgb, y or grey, not {name!r}.")
    return name


def _save(found: Any, task: str, model: str | None) -> None:
    from relume.make.register import add_scores
    from relume.run.store import Store
    from relume.tasks import TASKS

    folder = Store().get(task, model or TASKS[task].default).folder
    if folder is None:
        raise BadInputError(f"{model} is a filter: it has no manifest on the disk to write figures into.")
    add_scores(folder, [found])


def _print(found: list[Any], *, as_markdown: bool) -> None:
    from relume.make._page import markdown, table

    if as_markdown or len(found) > 1:
        print(markdown(table(found)))
        protocols = dict.fromkeys(each.protocol for each in found)
        print("\n" + "\n".join(protocols))
        return
    (one,) = found
    _print_rows(one)
    print(f"\n{one.model} on {one.data}: {one.protocol}; {one.seconds:.1f} s for {one.megapixels:.1f} MP.")


def _print_rows(one: Any) -> None:
    metrics = one.how.metrics
    wide = max(len("mean"), *(len(row.name) for row in one.rows))
    print(f"{'':{wide}}" + "".join(f"{f'{metric} before':>15}{f'{metric} after':>15}" for metric in metrics))
    for row in one.rows:
        print(f"{row.name:{wide}}" + "".join(f"{row.before[m]:>15.4f}{row.after[m]:>15.4f}" for m in metrics))
    print(f"{'mean':{wide}}" + "".join(f"{one.mean(m, before=True):>15.4f}{one.mean(m):>15.4f}" for m in metrics))
    for name in metrics:
        gain, between = one.gain(name)
        if between:
            print(f"gain in {name}: {gain:.4f}, 95 % from {between[0]:.4f} to {between[1]:.4f}")
