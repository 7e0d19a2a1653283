"""The engine against a plain loop, and a thousand calls at once.

    python benchmarks/throughput.py [--data DATA]       # DATA/test/*: the photos; without it they are rendered

The loop opens, restores and saves one photo after the other; the engine does the same files with everything
overlapped. Both use all cores, the balanced model, and are run in turns; the fastest round of each counts, and the
files must be equal to the byte.
"""

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import relume
from relume import files
from relume.errors import RelumeError
from relume.run.engine import AsyncEngine, Engine

COUNT = 64
CALLS = 1000


def main() -> int:
    """0 when the engine is at least 1.1 times as fast, its files are the same, and the calls behave."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    print(f"load of the machine before the start: {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as scratch:
        paths = photos(options.data, Path(scratch) / "in")
        faster = compare(paths, Path(scratch), rounds=options.rounds)
    calls_behave = asyncio.run(many_calls())
    return 0 if faster and calls_behave else 1


def photos(data: Path | None, folder: Path) -> list[Path]:
    """64 noisy 8-bit photos on the disk: JPEGs and PNGs in turns."""
    folder.mkdir()
    found = sorted(p for p in (data / "test").glob("*/*") if files.is_readable(p)) if data else []
    colour = [p for p in found if p.parent.name in ("Kodak24", "McMaster", "CBSD68")][:COUNT]
    rng = np.random.default_rng(0)
    paths: list[Path] = []
    for place in range(COUNT):
        clean = files.open(colour[place % len(colour)]).pixels if colour else rendered(place)
        noisy = np.clip(clean + 15 / 255 * rng.standard_normal(clean.shape), 0, 1)
        paths.append(folder / f"{place:02}.{('jpg', 'png')[place % 2]}")
        relume.Image.from_array(np.rint(noisy * 255).astype(np.uint8)).save(paths[-1])
    return paths


def rendered(seed: int) -> np.ndarray:
    """A soft scene with edges."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:500, :600].astype(np.float32)
    picture = np.full((500, 600, 3), 0.5, np.float32)
    for _ in range(30):
        top, left, radius = rng.uniform(0, 500), rng.uniform(0, 600), rng.uniform(10, 120)
        picture[(rows - top) ** 2 + (columns - left) ** 2 < radius**2] = rng.uniform(0.1, 0.9, 3)
    return picture


def compare(paths: list[Path], scratch: Path, *, rounds: int) -> bool:
    """Runs both in turns and prints their speeds."""
    best = {"loop": float("inf"), "engine": float("inf")}
    for place in range(rounds):
        for name, way in (("loop", loop), ("engine", engine)):
            folder = scratch / f"{name}{place}"
            folder.mkdir()
            began = time.perf_counter()
            way(paths, folder)
            best[name] = min(best[name], time.perf_counter() - began)
    same = all(
        (scratch / "loop0" / path.name).read_bytes() == (scratch / f"engine{place}" / path.name).read_bytes()
        for path in paths
        for place in range(rounds)
    )
    ratio = best["loop"] / best["engine"]
    for name, seconds in best.items():
        print(f"{name:7} {COUNT} photos in {seconds:6.2f} s: {COUNT / seconds:5.2f} photos/s")
    print(f"engine / loop: {ratio:.2f} times the photos per second; files {'identical' if same else 'DIFFER'}")
    return same and ratio >= 1.1


def loop(paths: list[Path], folder: Path) -> None:
    """What anybody would write."""
    for path in paths:
        relume.denoise(relume.open(path)).save(folder / path.name)


def engine(paths: list[Path], folder: Path) -> None:
    """The same files through the engine."""
    with Engine("denoise") as running:
        for outcome in running.restore_files([(path, folder / path.name) for path in paths]):
            if outcome.error:
                raise outcome.error


async def many_calls() -> bool:
    """A thousand calls at once, one of them with a broken picture."""
    rng = np.random.default_rng(0)
    pictures: list[Any] = [rng.random((96, 96, 3), np.float32) * 0.1 + place / 1200 for place in range(CALLS)]
    pictures[500] = b"no picture at all"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with AsyncEngine("denoise") as running:
        told = {"noise_type": "gaussian", "sigma": 10 / 255}
        began = time.perf_counter()
        results = await asyncio.gather(*(running.process(p, **told) for p in pictures), return_exceptions=True)
        seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failed = [place for place, result in enumerate(results) if isinstance(result, BaseException)]
    ordered = all(
        abs(float(result.mean()) - float(pictures[place].mean())) < 5e-3
        for place, result in enumerate(results)
        if place not in failed
    )
    grown = (after - before) / 1024
    alone = failed == [500] and isinstance(results[500], RelumeError)
    print(
        f"{CALLS} concurrent calls in {seconds:.1f} s: order {'kept' if ordered else 'LOST'}; failed: {failed} "
        f"({type(results[failed[0]]).__name__ if failed else 'none'}); memory grew by {grown:.0f} MB"
    )
    return ordered and alone and grown < 400


if __name__ == "__main__":
    sys.exit(main())
