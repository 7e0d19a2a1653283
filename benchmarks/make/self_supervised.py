"""How far does one get without clean pictures? The same net, steps and pictures, with and without the clean ones.

    python benchmarks/make/self_supervised.py --data DATA/train --folder bsds --steps 3000

Each picture is given noise once and written down, clipped, in 8 bits, as a camera would: the self-supervised run sees
those files alone, the supervised one pairs of them. The score is PSNR on every tenth picture, which neither sees.
"""

from dataclasses import replace
from pathlib import Path

import _runs
import cv2
import numpy as np

from relume import files
from relume.make.data import open_data
from relume.make.recipe import Phase, Recipe
from relume.make.recipes import RECIPES
from relume.make.regimes.self_supervised import SelfSupervised
from relume.make.regimes.supervised import Supervised

EVERY = 10


def main() -> None:
    parser = _runs.options(__doc__ or "", steps=3000)
    parser.add_argument("--folder", default="bsds", help="whose pictures are taken as clean")
    parser.add_argument("--sigma", type=float, default=25, help="of the noise, in 8-bit levels")
    arguments = _runs.read(parser)
    made = arguments.out / "data"
    _write(arguments.data / arguments.folder, made, sigma=arguments.sigma)
    arguments.data = made
    # Told nothing: the level is the same everywhere, and real data does not come with it. Crops are cut in halves.
    phases = (Phase(start=0.0, batch=8, crop=96),)
    shared = replace(RECIPES["denoise_fast"], degrade=(), shares=(), grey=0.0, phases=phases, untold=0.0)
    paired = replace(shared, name="supervised", data=("pairs",), layout="pairs", regime=Supervised())
    runs: list[tuple[str, Recipe]] = [("supervised", replace(paired, losses=_l2()))]
    for way in ("neighbours", "blind_spot"):
        regime = SelfSupervised(way=way)
        runs.append((way, replace(shared, name=way, data=("noisy",), layout="plain", regime=regime)))
    pictures, rows = open_data(made, ["test"], layout="pairs"), []
    for name, recipe in runs:
        sized = _runs.sized(recipe, arguments)
        before, after = _runs.scores(_runs.run(sized, arguments, name), pictures, paired)
        rows.append((name, sized.steps, before, after, after - rows[0][3] if rows else 0.0))
    _runs.table(("regime", "steps", "input, dB", "restored, dB", "against supervised, dB"), rows)


def _l2() -> tuple[tuple[float, object], ...]:
    from relume.make.losses.l2 import L2

    return ((1.0, L2()),)


def _write(source: Path, made: Path, *, sigma: float) -> None:
    """Pairs to train on, the same noisy pictures alone, and other pairs to score on."""
    if made.exists():
        return
    for folder in ("pairs/clean", "pairs/degraded", "test/clean", "test/degraded", "noisy"):
        (made / folder).mkdir(parents=True)
    rng = np.random.default_rng(0)
    for place, path in enumerate(path for path in sorted(source.iterdir()) if files.is_readable(path)):
        clean = files.open(path).pixels * 255
        noisy = clean + sigma * rng.standard_normal(clean.shape)
        pair = "test" if place % EVERY == 0 else "pairs"
        written = {f"{pair}/clean": clean, f"{pair}/degraded": noisy, **({"noisy": noisy} if place % EVERY else {})}
        for folder, pixels in written.items():
            eight_bit = np.rint(pixels).clip(0, 255).astype(np.uint8)
            cv2.imwrite(str(made / folder / f"{path.stem}.png"), eight_bit[..., ::-1])


if __name__ == "__main__":
    main()
