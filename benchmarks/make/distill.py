"""Does a teacher help? The fast net trained alone, and beside a teacher, for the same time.

    python benchmarks/make/distill.py --data DATA/train --teacher runs/balanced --minutes 30

Alone and taught take the same minutes (the taught one does fewer steps, since the teacher computes too), or with
`--steps` the same steps. The score is PSNR on held-out pictures, degraded as in training.
"""

from dataclasses import replace
from pathlib import Path

import _runs

from relume.make.recipes import RECIPES
from relume.make.regimes.distillation import Distillation


def main() -> None:
    parser = _runs.options(__doc__ or "", steps=2000)
    parser.add_argument("--teacher", type=Path, help="a run folder")
    parser.add_argument("--weight", type=float, default=0.5)
    parser.add_argument("--recipe", default="denoise_fast")
    arguments = _runs.read(parser, "teacher")
    alone = RECIPES[arguments.recipe]
    taught = replace(alone, regime=Distillation(teacher=str(arguments.teacher), weight=arguments.weight))
    pictures, rows = _runs.held_out(alone, arguments.data), []
    for name, recipe in (("alone", alone), ("taught", taught)):
        sized = _runs.sized(recipe, arguments)
        before, after = _runs.scores(_runs.run(sized, arguments, name), pictures, alone)
        rows.append((name, sized.steps, before, after))
    rows.append(("the teacher itself", "", *_runs.scores(arguments.teacher, pictures, alone)))
    _runs.table(("net", "steps", "input, dB", "restored, dB"), rows)


if __name__ == "__main__":
    main()
