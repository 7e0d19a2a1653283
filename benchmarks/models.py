"""All models against their floors and aims, in one table; those that do not ship are shown as such.

    python benchmarks/models.py --data DATA              # DATA/test/CBSD68, Set5/HR, LIVE1, classic5, cc, polyu, ct
    python benchmarks/models.py --data DATA --limit 3 --only dejpeg

Protocols are those of the papers: colour Gaussian noise in float, its level told; real noise as the files have it,
blind, with the noise type named; JPEG on grey (Y) pictures of 8 bits, blind; upscaling on Y after MATLAB's bicubic,
`scale` pixels of border cut; computed tomography at a quarter of a full dose, blind, from -1024 to 3071 HU, beside
non-local means told the level that suits it best on these very slices. A figure with a plus is a gain.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relume.errors import BadInputError
from relume.make._page import markdown
from relume.make.evaluate import Evaluation, Protocol, evaluate
from relume.run.store import Store

SKIPPED = 77
QUARTER_DOSE = "low_dose_ct:photons=25000,surrounding_mm=0"
NLM_LEVELS = (0.004, 0.008, 0.012, 0.018, 0.025)  # of noise, in [0, 1] units; the best counts
HEAD = ["task", "model", "set", "damage", "floor", "aim", "measured", "95 %", ""]
Key = tuple[str, str, str, str | None, int]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One figure of one model.

    Attributes:
        floor, aim: PSNR in dB, or the gain over `over`; None where nobody has named one.
        over: "input", the degraded picture; "nlm", tuned non-local means; empty: the figure itself.
        options: of `evaluate`.
    """

    task: str
    model: str
    data: str
    floor: float | None = None
    aim: float | None = None
    damage: str | None = None
    scale: int = 1
    over: str = ""
    options: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def key(self) -> Key:
        """Goals of one key need one evaluation."""
        return self.task, self.model, self.data, self.damage, self.scale


def denoise(model: str, floors: tuple[float, ...], aims: tuple[float, ...]) -> Iterator[Goal]:
    for sigma, floor, aim in zip((15, 25, 50), floors, aims, strict=True):
        damage = f"gaussian_noise:sigma={sigma}/255"
        yield Goal(task="denoise", model=model, data="CBSD68", damage=damage, floor=floor, aim=aim)


def camera(data: str, **goal: Any) -> Goal:
    options = {"blind": True, "wish": {"noise_type": "real_world"}}
    return Goal(task="denoise", model="balanced", data=data, options=options, **goal)


def dejpeg(data: str, damage: str, floor: float | None, aim: float | None) -> Goal:
    options = {"how": Protocol(grey=True), "blind": True}
    return Goal(task="dejpeg", model="balanced", data=data, damage=damage, floor=floor, aim=aim, options=options)


def upscale(model: str, scale: int, floor: float | None, aim: float | None) -> Goal:
    options = {"how": Protocol(channel="y", border=scale)}
    damage = f"bicubic_downscale:scale={scale}"
    return Goal(
        task="upscale", model=model, data="Set5/HR", damage=damage, floor=floor, aim=aim, scale=scale, options=options
    )


GOALS = (
    *denoise("fast", (33.6, 30.95, 27.7), (33.87, 31.21, 27.96)),
    *denoise("balanced", (33.95, 31.3, 28.05), (34.1, 31.5, 28.3)),
    *denoise("best", (34.1, 31.5, 28.3), (34.30, 31.69, 28.51)),
    camera("cc", over="input", floor=2.5),
    camera("cc", aim=37.7),
    camera("polyu", over="input", floor=1.0, aim=2.0),
    Goal(
        task="denoise",
        model="ct",
        data="ct",
        damage=QUARTER_DOSE,
        over="nlm",
        floor=4.0,
        options={"blind": True},
    ),
    dejpeg("LIVE1", "jpeg:quality=10", 29.19, 29.75),
    dejpeg("LIVE1", "jpeg:quality=40", 33.96, 34.53),
    dejpeg("LIVE1", "double_jpeg:first=10,second=30,shift=4", None, 29.38),
    dejpeg("classic5", "jpeg:quality=10", None, 30.12),
    dejpeg("classic5", "jpeg:quality=40", None, None),
    upscale("balanced", 2, 37.6, 38.00),
    upscale("balanced", 4, 31.8, 32.21),
    upscale("photo", 4, None, None),
)


def main() -> int:
    """0 when every floor is reached."""
    options = read_options()
    if options.data is None:
        print("This needs --data DATA, a folder with test/CBSD68 and so on.")
        return SKIPPED
    found: dict[Key, Evaluation] = {}
    rows: list[list[str]] = []
    for goal in GOALS:
        if not options.only or goal.task in options.only or goal.data in options.only:
            rows.append(row(goal, options, found))
            print("  ".join(cell for cell in rows[-1] if cell), file=sys.stderr, flush=True)
    print(markdown([HEAD, *rows]))
    return 1 if any(line[-1] in ("SHORT", "not shipped") for line in rows) else 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--limit", type=int, help="the first pictures of each set only: no verdict")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="+", help="tasks or sets")
    return parser.parse_args()


def row(goal: Goal, options: argparse.Namespace, found: dict[Key, Evaluation]) -> list[str]:
    """One line of the table."""
    noise = goal.options.get("wish", {}).get("noise_type")
    name = f"{goal.model} ×{goal.scale}" if goal.scale > 1 else goal.model
    line = [goal.task, f"{name}, {noise}" if noise else name, goal.data, damage(goal)]
    line += [figure(goal, goal.floor), figure(goal, goal.aim)]
    folder = options.data / "test" / goal.data
    if not shipped(goal):
        return [*line, "", "", "not shipped"]
    if not folder.is_dir():
        return [*line, "", "", f"no test/{goal.data} in {options.data}"]
    if goal.key not in found:
        found[goal.key] = measured(goal, folder, options)
    value, interval = reached(goal, found[goal.key], options)
    between = f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
    judged = f"first {options.limit} only" if options.limit else verdict(goal, value)
    return [*line, figure(goal, value), between, judged]


def damage(goal: Goal) -> str:
    over = {"input": ", over the input", "nlm": ", over tuned NLM"}.get(goal.over, "")
    return f"{goal.damage or 'real noise'}{over}"


def figure(goal: Goal, value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}" if goal.over else f"{value:.2f}"


def verdict(goal: Goal, value: float) -> str:
    if goal.aim is not None and value >= goal.aim:
        return "aim reached"
    if goal.floor is None:
        return "reported" if goal.aim is None else "below the aim"
    return "reached" if value >= goal.floor else "SHORT"


def shipped(goal: Goal) -> bool:
    try:
        return Store().get(goal.task, goal.model, scale=goal.scale if goal.scale > 1 else None).folder is not None
    except BadInputError:
        return False


def measured(goal: Goal, folder: Path, options: argparse.Namespace, *, model: str = "", **more: Any) -> Evaluation:
    what: dict[str, Any] = {"degradation": goal.damage} if goal.damage else {"degraded": folder}
    scale: dict[str, Any] = {"scale": goal.scale} if goal.scale > 1 else {}
    settings: dict[str, Any] = {**what, **scale, **goal.options, **more}
    return evaluate(
        model or goal.model, task=goal.task, data=folder, limit=options.limit, threads=options.threads, **settings
    )


def reached(goal: Goal, one: Evaluation, options: argparse.Namespace) -> tuple[float, tuple[float, float] | None]:
    """The figure that the goal asks for, and its 95 % interval."""
    if goal.over == "input":
        return one.gain("psnr")
    if goal.over == "nlm":
        folder = options.data / "test" / goal.data
        wishes = [{"noise_type": "gaussian", "sigma": level} for level in NLM_LEVELS]
        tuned = [measured(goal, folder, options, model="nlm", wish=wish) for wish in wishes]
        best = max(tuned, key=lambda other: other.psnr)
        print(f"NLM on {goal.data}: {best.psnr:.2f} dB with sigma {best.wish['sigma']}", file=sys.stderr)
        return one.gain("psnr", over=best)
    return one.psnr, one.interval("psnr")


if __name__ == "__main__":
    sys.exit(main())
