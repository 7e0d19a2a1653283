"""What a run tells of itself: recipe and origin, lines of figures, curves and pictures for TensorBoard."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relume.errors import BadInputError, WriteError
from relume.make.events import Events
from relume.make.recipe import Recipe
from relume.make.run import replace_file


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a run stands.

    Attributes:
        loss: mean since the last report.
        parts: the same of each named loss, where there are several.
        images_per_second: crops trained on.
        psnr: of the averaged weights on the held-out pictures, in dB; None where it was not measured at this step.
        skipped: steps left out in all, for a loss or gradient that was no number.
    """

    step: int
    steps: int
    loss: float
    seconds_per_step: float
    parts: dict[str, float] | None = None
    images_per_second: float = 0.0
    psnr: float | None = None
    skipped: int = 0

    @property
    def seconds_left(self) -> float:
        """At the present speed."""
        return (self.steps - self.step) * self.seconds_per_step


class Journal:
    """Writes into the folder of a run."""

    def __init__(self, out: Path, *, events: bool = False) -> None:
        self.out, self._wanted = out, events
        self.events: Events | None = None

    def begin(self, recipe: Recipe, origin: dict[str, Any], *, step: int) -> None:
        """Write down what runs and where it came from; a resume adds to that. The log is cut to `step`."""
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(f"{self.out} cannot hold a run: {error}. Choose another --out.") from error
        if step:
            origin = self._resumed(origin, step)
        # A run that died before its first save left lines of its own.
        replace_file(self.out / "log.jsonl", lambda part: part.write_text("".join(self._lines(step))))
        replace_file(self.out / "recipe.json", lambda part: part.write_text(recipe.to_json()))
        replace_file(self.out / "provenance.json", lambda part: part.write_text(json.dumps(origin, indent=2)))
        if self._wanted:
            self.events = Events(self.out / "events", step=step)

    def note(self, progress: Progress, *, rate: float) -> None:
        """One line, and points on the curves."""
        line = {
            "step": progress.step,
            "loss": round(progress.loss, 6),
            **{name: round(value, 6) for name, value in (progress.parts or {}).items()},
            "rate": rate,
            "seconds_per_step": round(progress.seconds_per_step, 4),
            **({} if progress.psnr is None else {"psnr": round(progress.psnr, 3)}),
            **({"skipped": progress.skipped} if progress.skipped else {}),
        }
        try:
            with (self.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            if self.events:
                figures = {name: float(value) for name, value in line.items() if name != "step"}
                self.events.scalars(figures | {"images_per_second": progress.images_per_second}, step=progress.step)
        except OSError as error:
            raise WriteError(
                f"{self.out} could not be written to: {error}. The state saved last is whole: make room, then go on "
                "with --resume."
            ) from error

    def close(self) -> None:
        """Let go of the files."""
        if self.events:
            self.events.close()

    def _resumed(self, origin: dict[str, Any], step: int) -> dict[str, Any]:
        before = json.loads((self.out / "provenance.json").read_text())
        if before["data_sha256"] != origin["data_sha256"]:
            raise BadInputError(
                f"The run in {self.out} began with other pictures. Give it those, or choose another folder."
            )
        resumed = {"step": step, **{name: origin[name] for name in ("commit", "packages", "environment")}}
        return {**before, "resumed": [*before.get("resumed", []), resumed]}

    def _lines(self, step: int) -> list[str]:
        """The log up to `step`; a last line that a kill cut short is left out."""
        path = self.out / "log.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]
