"""How little relume is: time and modules of `import relume`, and the size of a core install.

    python benchmarks/footprint.py [--no-install]

The install is made in a fresh virtual environment, from this checkout and the package index.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "cv2", "onnxruntime", "pyvips", "numpy", "matplotlib")


def main() -> int:
    """0 when both budgets hold: 300 ms, and 350 MiB as `du -sh` counts them."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--no-install", action="store_true", help="measure the import only")
    arguments.add_argument("--data", help="not used")
    chosen = arguments.parse_args()
    bare, whole = _seconds("pass"), _seconds("import relume")
    took = (whole - bare) * 1000
    loaded = _told(f"import sys, relume; print(*[name for name in {HEAVY} if name in sys.modules])")
    warned = _told("import relume", "-W", "error", stream="stderr")
    print(
        f"import relume    {took:.0f} ms beyond Python's own start; of {', '.join(HEAVY)} it loads: {loaded or 'none'}"
    )
    print(f"warnings         {warned or 'none'}")
    size = 0.0
    if not chosen.no_install:
        size = _install()
        print(f"core install     {size:.0f} MiB on disk ({size * 1.048576:.0f} MB) beyond an empty virtual environment")
    return 0 if took < 300 and size < 350 and "torch" not in loaded and not warned else 1


def _seconds(code: str) -> float:
    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    once()
    return statistics.median(once() for _ in range(7))


def _told(code: str, *options: str, stream: str = "stdout") -> str:
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=False)
    return getattr(done, stream).strip()


def _install() -> float:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        empty = _mebibytes(folder)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--constraint", str(ROOT / "constraints.txt"), str(ROOT)], check=True)
        return _mebibytes(folder) - empty


def _mebibytes(folder: Path) -> float:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_symlink()) / 2**20


if __name__ == "__main__":
    sys.exit(main())
