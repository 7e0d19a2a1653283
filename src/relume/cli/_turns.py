"""Several ways to restore one picture, each in a process of its own, measured in turns."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What came of one way.

    Attributes:
        seconds: of the fastest run after the first.
        first_seconds: of the first run, which warms up; the model was loaded before.
        peak_bytes: the most memory that the process had; None where the system does not tell.
    """

    seconds: float
    first_seconds: float
    peak_bytes: int | None


def in_turns(ways: Sequence[dict[str, Any]], *, runs: int) -> list[Measured | str]:
    """For each way what was measured, or why it cannot be, in their order.

    All are loaded first. Then each runs once, and once more, `runs` times in all: what else the machine does meanwhile
    slows all of them alike, so their ratios hold where their speeds do not.
    """
    with ExitStack() as stack:
        runners = [stack.enter_context(Runner(way)) for way in ways]
        firsts = [runner.turn(new=True) for runner in runners]
        best: list[Measured | str] = [
            first if isinstance(first, str) else Measured(seconds=float("inf"), first_seconds=first[0], peak_bytes=None)
            for first in firsts
        ]
        for _ in range(runs):
            for place, runner in enumerate(runners):
                best[place] = _better(best[place], runner)
        return best


def _better(so_far: Measured | str, runner: "Runner") -> Measured | str:
    if isinstance(so_far, str):
        return so_far
    now = runner.turn()
    if isinstance(now, str):
        return now
    seconds, peak_bytes = now
    return Measured(seconds=min(so_far.seconds, seconds), first_seconds=so_far.first_seconds, peak_bytes=peak_bytes)


class Runner:
    """A process that holds one model. It is started when it is first asked, and ended with the `with` block."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        # Not a pipe: nobody reads it while the process runs, and a full pipe would stop it.
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  (closed with the `with` block)

    def __enter__(self) -> "Runner":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._complaints.close()

    def turn(self, *, new: bool = False) -> tuple[float, int | None] | str:
        """Seconds of one run and the peak so far, or why there is none."""
        line = json.dumps(self._settings) if new else ""
        process = self._start() if new else self._process
        assert process is not None and process.stdin and process.stdout  # noqa: S101, PT018  (it was started with pipes)
        try:
            print(line, file=process.stdin, flush=True)
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            return self._why(process.wait())
        said = json.loads(answer)
        return said["error"] if "error" in said else (said["seconds"], said["peak_bytes"])

    def _start(self) -> subprocess.Popen[str]:
        # -P: nothing in the current folder is taken for one of Python's modules.
        command = [sys.executable, "-P", "-m", "relume.cli._runner"]
        self._process = subprocess.Popen(  # noqa: S603  (this Python, and a module of ours)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, text=True
        )
        return self._process

    def _why(self, code: int) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().strip().splitlines()
        said = f": {lines[-1][:300]}" if lines else ", and said nothing; it may have run out of memory"
        return f"The process that measured it ended with code {code}{said}."
