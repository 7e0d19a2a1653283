"""Do ten pictures of a new domain help? A general model, and the same tuned on ten pictures, on others of that domain.

python benchmarks/make/fine_tune.py --data DATA/train --run runs/balanced --folder nuclei --folder xray
"""

import shutil
from dataclasses import replace
from pathlib import Path

import _runs

from relume import files
from relume.make.data import open_data
from relume.make.recipe import Phase
from relume.make.regimes.fine_tune import FineTune
from relume.make.regimes.supervised import Supervised
from relume.make.run_folder import read_weights

TRAINED = 10


def main() -> None:
    parser = _runs.options(__doc__ or "", steps=500)
    parser.add_argument("--run", type=Path, help="the folder of a general model's run")
    parser.add_argument("--folder", action="append", help="a domain; may be repeated")
    parser.add_argument("--rate", type=float, default=2e-4)
    arguments = _runs.read(parser, "run", "folder")
    source, rows = arguments.data, []
    for folder in arguments.folder:
        arguments.data = _parted(source / folder, arguments.out / "data" / folder)
        general = replace(
            read_weights(arguments.run)[0],
            data=("ten",),
            shares=(),
            learning_rate=arguments.rate,
            phases=(Phase(start=0.0, batch=8, crop=64),),
            ema=0.99,
            recycle=0,
        )
        others = open_data(arguments.data, ["others"])
        rows.append((folder, "general", *_runs.scores(arguments.run, others, general)))
        for name, regime in (("fine-tuned", FineTune()), ("all layers alike", Supervised())):
            recipe = _runs.sized(replace(general, regime=regime), arguments, init=arguments.run)
            tuned = _runs.run(recipe, arguments, f"{folder}-{name.replace(' ', '-')}", init=arguments.run)
            rows.append((folder, name, *_runs.scores(tuned, others, general)))
    _runs.table(("domain", "model", "input, dB", "restored, dB"), rows)


def _parted(source: Path, made: Path) -> Path:
    """Every so many pictures one to train on, ten in all; the others are to score on."""
    paths = [path for path in sorted(source.iterdir()) if files.is_readable(path)]
    chosen = set(paths[:: max(1, len(paths) // TRAINED)][:TRAINED])
    for part in ("ten", "others"):
        (made / part).mkdir(parents=True, exist_ok=True)
    for path in paths:
        shutil.copy(path, made / ("ten" if path in chosen else "others") / path.name)
    return made


if __name__ == "__main__":
    main()
