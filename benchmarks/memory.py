"""Memory and tiles: a 24-megapixel photo, a 20,000 x 20,000 TIFF, and tiled against untiled.

    python benchmarks/memory.py [--quick]

The pictures are rendered here (gradients, edges, texture, noise) and restored by the command line in a process of its
own, whose largest resident set is read from the kernel when it ends.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import relume
from relume.files import writer
from relume.image import Kept

LIMITS = {"24 MP JPEG": 1.2e9, "24 MP 16-bit TIFF": 1.2e9, "20,000 x 20,000 TIFF": 2.0e9}


def main() -> int:
    """0 when every bound holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave the huge TIFF out")
    parser.add_argument("--data", help="not used")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        jobs = [
            ("24 MP JPEG", render(folder / "photo.jpg", 4000, 6000, depth="uint8")),
            ("24 MP 16-bit TIFF", render(folder / "scan.tif", 4000, 6000, depth="uint16")),
        ]
        if not quick:
            jobs.append(("20,000 x 20,000 TIFF", render(folder / "huge.tif", 20_000, 20_000, depth="uint8")))
        held = [restore(name, path) for name, path in jobs]
    return 0 if all(held) and tiles_agree() else 1


def render(path: Path, height: int, width: int, *, depth: str) -> Path:
    """A noisy scene of any size, written strip by strip."""
    peak = {"uint8": 255.0, "uint16": 65535.0}[depth]
    kept = Kept(format=path.suffix[1:], depth=depth, span=(0.0, peak), dpi=(300, 300))  # pyright: ignore[reportArgumentType]
    with writer(path, kept=kept, height=height, width=width, channels=3, has_alpha=False) as out:
        for top in range(0, height, 500):
            out.write(np.clip(scene(min(500, height - top), width, top=top), 0, 1), None)
    return path


def scene(height: int, width: int, *, top: int = 0, sigma: float = 15 / 255) -> np.ndarray:
    """Rows `top` and on of an endless noisy picture."""
    rng = np.random.default_rng(top)
    rows = np.arange(top, top + height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None]
    hills = 0.5 + 0.3 * np.sin(rows / 301) * np.cos(columns / 457)
    bricks = 0.12 * (((rows // 37) + (columns // 53)) % 2)
    weave = 0.06 * np.sin(columns / 2.9 + rows / 7.1)
    grey = (hills + bricks + weave).astype(np.float32)
    colour = np.stack([grey, 0.9 * grey + 0.05, 0.7 * grey + 0.1], axis=2)
    return colour + np.float32(sigma) * rng.standard_normal(colour.shape, dtype=np.float32)


def restore(name: str, path: Path) -> bool:
    """Denoise one file by the command line, with default settings, and print what it took."""
    target = path.with_name(f"out-{path.name}")
    began = time.perf_counter()
    command = [sys.executable, "-m", "relume", "denoise", str(path), "-o", str(target)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds, peak = time.perf_counter() - began, usage.ru_maxrss * 1024
    result = relume.files.reader(target) if process.returncode == 0 else None
    whole = result is not None and result.height * result.width > 0
    size = path.stat().st_size / 1e6
    print(
        f"{name:22} {size:7.1f} MB file  {seconds:7.1f} s  peak {peak / 1e6:7.0f} MB of {LIMITS[name] / 1e6:.0f}"
        f"  {'done' if whole else 'FAILED'}",
        flush=True,
    )
    target.unlink(missing_ok=True)
    return whole and peak <= LIMITS[name]


def tiles_agree() -> bool:
    """The same picture in one tile and in many; the largest difference may be 1/255."""
    worst = 0.0
    for sigma in (5, 15, 25, 50):
        picture = scene(1100, 1300, sigma=sigma / 255)
        known = {"noise_type": "gaussian", "sigma": sigma / 255}
        whole = relume.denoise(picture, tile_size=2048, **known)
        for size in (256, 512, None):
            difference = float(np.abs(relume.denoise(picture, tile_size=size, **known) - whole).max()) * 255
            worst = max(worst, difference)
            print(
                f"tiles of {size or 'default':>7} against one, sigma {sigma:2}: largest difference {difference:.3f}/255"
            )
    return worst <= 1


if __name__ == "__main__":
    sys.exit(main())
