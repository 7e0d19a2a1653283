"""relume evaluate: how good a model is on a folder of clean pictures."""

from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.errors import BadInputError

__all__ = ["evaluate"]

PANEL = "Look and measure"
EXAMPLES = (
    "relume evaluate --model balanced --data data/test/CBSD68 --with gaussian_noise:sigma=25/255",
    "relume evaluate --model balanced --data data/test/Kodak24 --with gaussian_noise:sigma=50/255 --blind --json",
)


def evaluate(
    *,
    data: o.Data,
    model: Annotated[str | None, o.model_option()] = None,
    task: Annotated[str, typer.Option(help="What the model does.")] = "denoise",
    with_: Annotated[
        str | None,
        typer.Option(
            "--with", "-w", metavar="SPEC", show_default=False, help="The damage; the task's usual when not given."
        ),
    ] = None,
    seed: o.Seed = 0,
    blind: Annotated[bool, typer.Option("--blind", help="Do not tell the model how strong the noise is.")] = False,
    eight_bit: Annotated[
        bool, typer.Option("--eight-bit", help="Clip and round the degraded pictures, as files are.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", show_default=False, help="The first N pictures only.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write the figures into the model's manifest; only a whole set counts.")
    ] = False,
    device: o.Device = "auto",
    precision: o.Precision = "auto",
    threads: o.Threads = None,
    json: o.Json = False,
) -> int:
    """Degrade clean pictures, restore them, and measure how near they come. Needs the extra `train`."""
    from relume.extras import need

    need("torch", extra="train")
    from relume.make.evaluate import evaluate as measure
    from relume.tasks import TASKS

    if save and limit is not None:
        raise BadInputError("--save writes figures of whole sets. Leave --limit out.")
    damage = with_ or TASKS[task].degradation
    if not damage:
        raise BadInputError(f"{task} has no usual damage. Name one, say --with gaussian_noise:sigma=25/255.")
    found = measure(
        model,
        task=task,
        data=data,
        degradation=damage,
        seed=seed,
        blind=blind,
        eight_bit=eight_bit,
        limit=limit,
        device=device,
        precision=precision,
        threads=threads,
    )
    if save:
        _save(found, task, model)
    if json:
        print(found.to_json())
    else:
        _print(found)
    return 0


def _save(found: Any, task: str, model: str | None) -> None:
    from relume.make.register import add_scores
    from relume.run.store import Store
    from relume.tasks import TASKS

    folder = Store().get(task, model or TASKS[task].default).folder
    if folder is None:
        raise BadInputError(f"{model} is a filter: it has no manifest on the disk to write figures into.")
    add_scores(folder, [found])


def _print(found: Any) -> None:
    wide = max(len(row.name) for row in found.rows)
    print(f"{'':{wide}}{'before dB':>11}{'after dB':>10}{'before SSIM':>13}{'after SSIM':>12}")
    for row in found.rows:
        print(f"{row.name:{wide}}{row.psnr_before:>11.2f}{row.psnr:>10.2f}{row.ssim_before:>13.4f}{row.ssim:>12.4f}")
    means = [found.mean(figure) for figure in ("psnr_before", "psnr", "ssim_before", "ssim")]
    print(f"{'mean':{wide}}{means[0]:>11.2f}{means[1]:>10.2f}{means[2]:>13.4f}{means[3]:>12.4f}")
    print(f"\n{found.model} on {found.data}: {found.protocol}; {found.seconds:.1f} s for {found.megapixels:.1f} MP.")
