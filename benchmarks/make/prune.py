"""What does pruning cost? A trained net, the same with 60 % of its multiplications, and that trained on.

    python benchmarks/make/prune.py --data DATA/train --run runs/balanced --minutes 20

The gain is PSNR over the input's, on held-out pictures degraded as in training; pruned and tuned, 95 % are to be kept.
"""

from dataclasses import replace
from pathlib import Path

import _runs

from relume.make.data import open_data
from relume.make.prune import prune
from relume.make.regimes.distillation import Distillation
from relume.make.register import gmac_per_megapixel
from relume.make.run_folder import read_weights


def main() -> None:
    parser = _runs.options(__doc__ or "", steps=2000)
    parser.add_argument("--run", type=Path, help="the folder of a trained unet")
    parser.add_argument("--keep", type=float, default=0.6)
    parser.add_argument("--rate", type=float, default=3e-4, help="the learning rate while tuning")
    parser.add_argument("--taught", action="store_true", help="tune beside the whole net as a teacher")
    arguments = _runs.read(parser, "run")
    recipe, _ = read_weights(arguments.run)
    training, pictures = open_data(arguments.data, recipe.data, shares=recipe.shares, layout=recipe.layout).split()
    small = arguments.out / "pruned"
    if not (small / "recipe.json").exists():
        prune(arguments.run, small, keep=arguments.keep, data=training)
    tuned = replace(read_weights(small)[0], learning_rate=arguments.rate)
    if arguments.taught:
        tuned = replace(tuned, regime=Distillation(teacher=str(arguments.run)))
    after = _runs.run(_runs.sized(tuned, arguments, init=small), arguments, "tuned", init=small)
    rows, whole = [], None
    for name, folder in (("whole", arguments.run), ("pruned", small), ("pruned and tuned", after)):
        before, reached = _runs.scores(folder, pictures, recipe)
        gain = reached - before
        whole = whole or gain
        gmac = gmac_per_megapixel(read_weights(folder)[0].new_net())
        rows.append((name, gmac, before, reached, f"{gain / whole:.1%}"))
    _runs.table(("net", "GMAC/MP", "input, dB", "restored, dB", "gain kept"), rows)


if __name__ == "__main__":
    main()
