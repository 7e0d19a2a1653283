"""Restores the pictures of this folder with the shipped model and tells what came of it; `make demo` runs this.

python examples/demo.py [--model M] [--out out/demo]
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

import relume
from relume.files._exif import settle
from relume.metrics.psnr import Psnr

HERE = Path(__file__).parent
PICTURES = ("lake.jpg", "oranges.tif", "postcard.png", "window.jpg", "balloon.png")
KEPT = ("depth", "icc", "exif", "dpi")


def main() -> int:
    """The exit code: 1 when a picture failed, or lost something that it had."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--model", help="instead of the shipped one")
    arguments.add_argument("--out", type=Path, default=Path("out/demo"))
    chosen = arguments.parse_args()
    outcomes = restore(chosen.out, chosen.model)
    rows = [row(name, chosen.out / name, outcomes[name]) for name in PICTURES if outcomes[name]["status"] == "done"]
    show(rows)
    for one in rows:
        sheet(one["name"], chosen.out)
    print(f"The restored pictures, and a sheet of each (before, after, truth), are in {chosen.out}/")
    return 0 if len(rows) == len(PICTURES) and all(one["lost"] == "" for one in rows) else 1


def restore(out: Path, model: str | None) -> dict[str, dict]:
    """What `relume denoise` says of each picture: this is the command that a user would type."""
    command = [sys.executable, "-m", "relume", "denoise", *(str(HERE / name) for name in PICTURES)]
    command += ["-o", str(out), "--again", "--json", *(["--model", model] if model else [])]
    print("relume", *command[3:], "\n")
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) != len(PICTURES):
        sys.exit(done.returncode or 1)
    return {Path(line["source"]).name: line for line in lines}


def row(name: str, target: Path, outcome: dict) -> dict:
    """What there is to tell of one picture."""
    before, after = relume.open(HERE / name), relume.open(target)
    clean = relume.open(next((HERE / "truth").glob(f"{Path(name).stem}.*")))
    psnr = [Psnr()(image.pixels, clean.pixels) for image in (before, after)]
    same = {what: getattr(before.kept, what) == getattr(after.kept, what) for what in KEPT}
    same["exif"] = _upright(before.kept.exif, before) == after.kept.exif
    same["alpha"] = before.alpha is None or bool((after.alpha == before.alpha).all())
    same["size"] = before.pixels.shape == after.pixels.shape
    had = {**{what: getattr(before.kept, what) is not None for what in KEPT}, "alpha": before.alpha is not None}
    depth = {"uint8": "8-bit", "uint16": "16-bit"}[after.kept.depth]
    kept = [depth, *(what for what in ("icc", "exif", "dpi", "alpha") if had[what] and same[what])]
    return {
        "name": name,
        "noise": outcome.get("noise_type") or outcome.get("noise") or "",
        "seconds": outcome["seconds"],
        "psnr": psnr,
        "kept": ", ".join(kept),
        "lost": ", ".join(what for what, is_same in same.items() if not is_same),
    }


def _upright(exif, image):
    # The orientation is applied now, so its tag has to say 1; nothing else may differ.
    return exif and settle(exif, height=image.height, width=image.width)[0]


def show(rows: list[dict]) -> None:
    """The table."""
    table = Table(title="PSNR against the truth, dB")
    for title, right in (("picture", False), ("noise", False), ("before", True), ("after", True), ("gain", True)):
        table.add_column(title, justify="right" if right else "left")
    table.add_column("s", justify="right")
    table.add_column("kept")
    table.add_column("lost")
    for one in rows:
        before, after = one["psnr"]
        numbers = (f"{before:.2f}", f"{after:.2f}", f"{after - before:+.2f}", f"{one['seconds']:.2f}")
        table.add_row(one["name"], str(one["noise"]), *numbers, one["kept"], one["lost"])
    Console(width=110).print(table)


def sheet(name: str, out: Path) -> None:
    """`relume compare --image`, as a user would type it."""
    clean = next((HERE / "truth").glob(f"{Path(name).stem}.*"))
    sheets = out / "sheets"
    sheets.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "relume", "compare", str(out / name), str(clean), "--before", str(HERE / name)]
    subprocess.run(
        [*command, "--image", str(sheets / f"{Path(name).stem}.png"), "--json"], stdout=subprocess.DEVNULL, check=True
    )


if __name__ == "__main__":
    sys.exit(main())
