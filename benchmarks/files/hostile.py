"""Hostile files: each must give a picture or one line of error, in time, in memory, and leave nothing behind.

    python benchmarks/files/hostile.py             # `relume assess FILE` on each
    python benchmarks/files/hostile.py --library   # relume.files.open on each

Writes the files that tests/files/make_hostile.py knows, runs each in a process of its own, and prints wall time and
peak memory. Exits with 1 where one takes over 10 s or 2 GB, prints a traceback, dies by a signal or leaves a file.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SECONDS, GIGABYTES = 10.0, 2.0
MAKER = Path(__file__).parents[2] / "tests" / "files" / "make_hostile.py"
LIBRARY = """
import sys
from relume import files
from relume.errors import RelumeError
try:
    print(files.open(sys.argv[1]).pixels.shape)
except RelumeError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


@dataclass(frozen=True)
class Run:
    """How one file went."""

    seconds: float
    gigabytes: float
    code: int
    words: str
    left: tuple[str, ...]

    @property
    def wrong(self) -> list[str]:
        """What must not be."""
        found = [f"{self.seconds:.1f} s"] * (self.seconds > SECONDS) + [f"{self.gigabytes:.2f} GB"] * (
            self.gigabytes > GIGABYTES
        )
        found += ["a traceback"] * ("Traceback" in self.words) + [f"exit {self.code}"] * (self.code not in (0, 1))
        found += ["more than one line"] * (self.code == 1 and self.words.count("\n") > 0)
        return found + [f"left {name}" for name in self.left]


def run(command: list[str], folder: Path) -> Run:
    """One file in a process of its own, whose temporary files must all be gone afterwards."""
    before = set(folder.rglob("*"))
    temporary = folder / "temporary"
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, env=os.environ | {"TMPDIR": str(temporary)})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        for stream in (out, errors):
            stream.seek(0)
        words = errors.read().decode(errors="replace").strip() if code else out.read().decode(errors="replace").strip()
    left = tuple(sorted(str(path.relative_to(folder)) for path in set(folder.rglob("*")) - before))
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_maxrss * unit / 1e9, code, words, left)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", action="store_true", help="relume.files.open instead of the command")
    parser.add_argument("--data", help="not used")
    start = (
        [sys.executable, "-c", LIBRARY] if parser.parse_args().library else [sys.executable, "-m", "relume", "assess"]
    )
    # Whatever a process needs over 8 GB of address space is refused: the table is printed even where relume fails.
    resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))
    worst_time = worst_memory = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "temporary").mkdir()
        subprocess.run([sys.executable, str(MAKER), str(folder / "files")], check=True, stdout=subprocess.DEVNULL)
        paths = sorted((folder / "files").iterdir())
        for path in paths:
            went = run([*start, str(path)], folder)
            last = went.words.splitlines()[-1] if went.words else ""
            verdict = "ok  " if not went.wrong else "BAD: " + ", ".join(went.wrong)
            kind = "picture" if went.code == 0 else "refused"
            print(f"{path.name:52} {went.seconds:5.2f} s {went.gigabytes:5.2f} GB {kind}  {verdict} {last[:110]}")
            worst_time, worst_memory = max(worst_time, went.seconds), max(worst_memory, went.gigabytes)
            failed += bool(went.wrong)
    print(f"{len(paths)} files, {failed} bad; slowest {worst_time:.2f} s, largest {worst_memory:.2f} GB.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
