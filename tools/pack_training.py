"""Everything that a training run needs, in one folder: for a machine with a GPU and without a network.

    python tools/pack_training.py --data DATA/train photos bsds objects -o pack
    (carry `pack` there)
    sh pack/train.sh denoise_best runs/best --minutes 9       # again with the same words: it goes on where it was

`pack` holds relume itself, the wheels that it needs beside PyTorch and NumPy, which that machine has, each folder of
pictures as one tar, and `train.sh`. It installs into a folder of its own and leaves the machine's Python as it was.
What that machine has as well need not be carried: `--without opencv-python-headless` makes the pack 60 MB smaller. A
part that must be smaller than a limit is cut: `--part-mib 40` writes `photos.tar.000`, `photos.tar.001` …, which
train.sh joins again.
"""

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What training needs beside PyTorch, what that brings, and NumPy.
WHEELS = (
    "absl-py",
    "annotated-doc",
    "annotated-types",
    "cffi",
    "click",
    "grpcio",
    "jaxtyping",
    "lightning",
    "lightning-utilities",
    "markdown",
    "markdown-it-py",
    "mdurl",
    "opencv-python-headless",
    "packaging",
    "pillow",
    "protobuf",
    "pycparser",
    "pydantic",
    "pydantic-core",
    "pygments",
    "pytorch-lightning",
    "pyvips-binary",
    "pyyaml",
    "rich",
    "safetensors",
    "setuptools",
    "shellingham",
    "tensorboard",
    "tensorboard-data-server",
    "torchmetrics",
    "tqdm",
    "typer",
    "typing-inspection",
    "wadler-lindig",
    "werkzeug",
)
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
SCRIPT = r"""#!/bin/sh
# sh train.sh RECIPE RUN [options of `relume train`]: the same words again go on where it was.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${RELUME_WORK:-$here/work}
recipe=$1 run=$2
shift 2
if [ ! -f "$work/ready" ]; then
  mkdir -p "$work/data"
  rm -rf "$work/site"  # of a first call that was killed
  python3 -m pip install -q --disable-pip-version-check --no-index --no-deps --find-links "$here/wheels" \
    --target "$work/site" relume pyvips @WHEELS@
  PYTHONPATH="$work/site" python3 -c "import relume.make.train" || {
    echo "train.sh: pack it again, and name what is missing above with --wheel" >&2
    exit 1
  }
  for folder in @FOLDERS@; do
    cat "$here/$folder".tar* > "$work/data/$folder.tar"
  done
  touch "$work/ready"
fi
export PYTHONPATH="$work/site${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
resume=""
if [ -f "$run/state.pt" ]; then resume=--resume; fi
exec python3 -m relume train "$recipe" --data "$work/data" --out "$run" $resume "$@"
"""


def main() -> None:
    """Read the command line and pack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="folders of pictures below --data")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", "-o", type=Path, required=True)
    parser.add_argument("--python", default="3.12", help="of that machine")
    parser.add_argument("--part-mib", type=int, default=0, help="largest file of the pack; 0: any size")
    parser.add_argument("--wheel", action="append", default=[], metavar="NAME", help="carry this too")
    parser.add_argument("--without", action="append", default=[], metavar="NAME", help="that machine has it")
    options = parser.parse_args()
    options.out.mkdir(parents=True)
    names = [name for name in (*WHEELS, *options.wheel) if name not in options.without]
    wheels(options.out / "wheels", names, python=options.python)
    for folder in options.folders:
        pack(options.data / folder, options.out / f"{folder}.tar", limit=options.part_mib << 20)
    (options.out / "train.sh").write_text(script(names, options.folders))
    for path in sorted(options.out.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size / 2**20:8.1f} MiB  {path.relative_to(options.out)}")


def script(names: Sequence[str], folders: Sequence[str]) -> str:
    """The text of train.sh."""
    return SCRIPT.replace("@WHEELS@", " ".join(names)).replace("@FOLDERS@", " ".join(folders))


def wheels(target: Path, names: Sequence[str], *, python: str) -> None:
    """Relume as a wheel without its models (they are not needed to train), and what it needs."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "relume"
        leave_out = shutil.ignore_patterns("models", "__pycache__")
        shutil.copytree(ROOT / "src", source / "src", ignore=leave_out)
        (source / "src/relume/models").mkdir()
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, source)
        # pyvips comes as source only; it is pure Python.
        pip("wheel", "--no-deps", "--wheel-dir", str(target), str(source), "pyvips>=3")
    machine = ["--implementation", "cp", "--python-version", python]
    machine += [word for name in PLATFORMS for word in ("--platform", name)]
    pip("download", "--no-deps", "--only-binary=:all:", *machine, "--dest", str(target), *names)


def pip(*words: str) -> None:
    """One call of pip, quiet unless it fails."""
    subprocess.run([sys.executable, "-m", "pip", *words, "--quiet", "--disable-pip-version-check"], check=True)


def pack(folder: Path, target: Path, *, limit: int) -> None:
    """The files of `folder` as they are, in one tar, or in parts of at most `limit` bytes."""
    with tarfile.open(target, "w") as tar:
        for path in sorted(folder.iterdir()):
            if path.is_file():
                tar.add(path, arcname=path.name)
    if not limit or target.stat().st_size <= limit:
        return
    with target.open("rb") as whole:
        for number, part in enumerate(iter(lambda: whole.read(limit), b"")):
            target.with_name(f"{target.name}.{number:03}").write_bytes(part)
    target.unlink()


if __name__ == "__main__":
    main()
