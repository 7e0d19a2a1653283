"""relume prune: make a trained net smaller."""

from pathlib import Path
from typing import Annotated

import typer

from relume.cli._say import say

__all__ = ["prune"]

PANEL = "Make a model"
EXAMPLES = (
    "relume prune runs/balanced --keep 0.6 --out runs/pruned",
    "relume train runs/pruned/recipe.json --init runs/pruned --data data/train --out runs/tuned --steps 5000",
)


def prune(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of `relume train`.", show_default=False)],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="RUN2", help="The folder of the smaller net.")],
    keep: Annotated[float, typer.Option(metavar="0..1", help="Share of the multiplications that stay.")] = 0.6,
    data: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, metavar="DIR", show_default=False, help="Judge channels on these pictures."
        ),
    ] = None,
) -> int:
    """Take the least important channels out of a net; train it on afterwards. Needs the extra `train`."""
    from relume.extras import need

    need("torch", extra="train")
    need("lightning", extra="train")
    from relume.make.data import open_data
    from relume.make.prune import prune as make_smaller
    from relume.make.run_folder import read_weights

    pictures = None
    if data is not None:
        recipe, _ = read_weights(run)
        pictures, _ = open_data(
            data, recipe.data, shares=recipe.shares, layout=recipe.layout, channels=recipe.channels
        ).split()
    pruned = make_smaller(run, out, keep=keep, data=pictures)
    share = pruned.after / pruned.before
    say(
        f"{pruned.before:.1f} GMAC/MP before, {pruned.after:.1f} left ({share:.0%}). "
        f"Train it on: relume train {out / 'recipe.json'} --init {out} --data DATA --out RUN",
        about=out,
    )
    return 0
