"""A folder run is killed at random moments, again and again; nothing may ever be half, and nothing is done twice.

    python benchmarks/kill.py [--pictures 200] [--kills 20] [--model M] [--seed 0]

Prints what stood in the folder after each kill, then what the rerun had left to do, then whether every file equals the
one of a run that nobody disturbed.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import relume
from relume.image import Image


def main() -> int:
    """0 when the promise holds."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pictures", type=int, default=200)
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--model", help="instead of the shipped one")
    arguments.add_argument("--seed", type=int, default=0, help="of the moments")
    arguments.add_argument("--data", help="not used: the pictures are made here")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        return _measure(Path(scratch), chosen)


def _measure(scratch: Path, chosen: argparse.Namespace) -> int:
    source, pictures, kills, model = scratch / "in", chosen.pictures, chosen.kills, chosen.model
    _pictures(source, pictures)
    whole = _seconds(source, scratch / "calm", model)
    start = _seconds(source, scratch / "calm", model)  # nothing is left to do: the start alone
    each = (whole - start) / pictures
    print(f"{pictures} pictures take {whole:.1f} s undisturbed, {start:.1f} s of it the start. {kills} kills follow.\n")
    print(f"{'killed after':>12} {'finished':>9} {'half files':>11}")
    out, moments, halves = scratch / "out", random.Random(chosen.seed), 0
    finished = 0
    for place in range(kills):
        running = _command(source, out, model)
        # Spread so that the last kill still finds something undone.
        share = 1.6 * (pictures - finished) / (kills - place + 2)
        moment = moments.uniform(0.6, 1.0) * start + moments.uniform(0, share) * each
        time.sleep(moment)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        finished, half = _look(out)
        halves += half
        print(f"{moment:>10.2f} s {finished:>9} {half:>11}")
    lines = _rerun(source, out, model)
    again, skipped = (sum(line["status"] == status for line in lines) for status in ("done", "skipped"))
    equal = sum((out / p.name).read_bytes() == p.read_bytes() for p in (scratch / "calm").glob("*.png"))
    stray = [path.name for path in out.iterdir() if path.suffix != ".png" and path.name != ".relume-journal.jsonl"]
    print(
        f"\nthe rerun did {again} and skipped {skipped}; {equal} of {pictures} equal the undisturbed run to the byte;"
    )
    print(f"half files: {halves}; stray files: {len(stray)}")
    # Each kill may come between the last rename and its line in the journal: that picture is done once more.
    kept = finished - kills <= skipped <= finished
    return 0 if halves == 0 and not stray and equal == pictures and again + skipped == pictures and kept else 1


def _seconds(source: Path, out: Path, model: str | None) -> float:
    began = time.monotonic()
    if _command(source, out, model).wait() != 0:
        sys.exit("the undisturbed run failed")
    return time.monotonic() - began


def _pictures(folder: Path, count: int) -> None:
    folder.mkdir()
    for place in range(count):
        noise = np.random.default_rng(place).normal(0.5, 0.1, (96, 128, 3)).astype(np.float32)
        Image.from_array((noise.clip(0, 1) * 255).astype(np.uint8)).save(folder / f"{place:03}.png")


def _command(source: Path, out: Path, model: str | None) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "relume",
        "denoise",
        str(source),
        "-o",
        str(out),
        *(["-m", model] if model else []),
    ]
    return subprocess.Popen(command, start_new_session=True)


def _rerun(source: Path, out: Path, model: str | None) -> list[dict]:
    command = [sys.executable, "-m", "relume", "denoise", str(source), "-o", str(out), "--json"]
    done = subprocess.run([*command, *(["-m", model] if model else [])], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _look(out: Path) -> tuple[int, int]:
    """Pictures under their final names, and those of them that do not open whole."""
    finished = sorted(out.glob("*.png")) if out.exists() else []
    half = 0
    for path in finished:
        try:
            relume.open(path)
        except relume.RelumeError:
            half += 1
            shutil.copy(path, Path(tempfile.gettempdir()) / f"half-{path.name}")  # to be looked at
    return len(finished), half


if __name__ == "__main__":
    sys.exit(main())
