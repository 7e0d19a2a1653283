"""All shipped models against their floors and aims, in one table; those that do not ship are shown as missing.

    python benchmarks/models.py --data DATA              # DATA/test/CBSD68, Set5/HR, LIVE1, cc, polyu

Protocols are those of the papers: colour Gaussian noise in float; real noise as the files have it, blind; JPEG on grey
(Y) pictures of 8 bits; upscaling on Y after MATLAB's bicubic, `scale` pixels of border cut.
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relume.errors import BadInputError
from relume.make._page import markdown
from relume.make.evaluate import Evaluation, Protocol, evaluate
from relume.run.store import Store

SKIPPED = 77


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One figure of one model.

    Attributes:
        floor, aim: PSNR in dB; with `over_input`, the gain over the degraded picture.
    """

    task: str
    model: str
    data: str
    floor: float
    aim: float
    damage: str | None = None
    scale: int = 1
    over_input: bool = False
    options: dict[str, Any] = field(default_factory=dict[str, Any])


def denoise(model: str, floors: tuple[float, ...], aims: tuple[float, ...]) -> list[Goal]:
    return [
        Goal(
            task="denoise", model=model, data="CBSD68", damage=f"gaussian_noise:sigma={sigma}/255", floor=floor, aim=aim
        )
        for sigma, floor, aim in zip((15, 25, 50), floors, aims, strict=True)
    ]


def dejpeg(data: str, quality: int, floor: float, aim: float) -> Goal:
    how = Protocol(grey=True)
    return Goal(
        task="dejpeg", model="blind", data=data, damage=f"jpeg:quality={quality}", floor=floor, aim=aim,
        options={"how": how, "blind": True},
    )  # fmt: skip


def upscale(scale: int, floor: float, aim: float) -> Goal:
    how = Protocol(channel="y", border=scale)
    damage = f"bicubic_downscale:scale={scale}"
    return Goal(
        task="upscale", model="fidelity", data="Set5/HR", damage=damage, floor=floor, aim=aim, scale=scale,
        options={"how": how},
    )  # fmt: skip


GOALS = (
    *denoise("fast", (33.6, 30.95, 27.7), (33.87, 31.21, 27.96)),
    *denoise("balanced", (33.95, 31.3, 28.05), (34.1, 31.5, 28.3)),
    *denoise("best", (34.1, 31.5, 28.3), (34.30, 31.69, 28.51)),
    Goal(task="denoise", model="real", data="cc", floor=2.5, aim=2.5, over_input=True, options={"blind": True}),
    Goal(task="denoise", model="real", data="polyu", floor=1.0, aim=2.0, over_input=True, options={"blind": True}),
    dejpeg("LIVE1", 10, 29.19, 29.75),
    dejpeg("LIVE1", 40, 33.96, 34.53),
    upscale(2, 37.6, 38.00),
    upscale(4, 31.8, 32.21),
)


def main() -> int:
    """0 when every goal's floor is reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", action="append", help="NAME=OTHER: measure OTHER where NAME is asked for")
    options = parser.parse_args()
    if options.data is None:
        print("This needs --data DATA, a folder with test/CBSD68 and so on.")
        return SKIPPED
    others = dict(pair.split("=", 1) for pair in options.model or [])
    rows = [["task", "model", "set", "damage", "floor", "aim", "measured", "95 %", ""]]
    rows += [row(goal, options, others.get(goal.model, goal.model)) for goal in GOALS]
    print(markdown(rows))
    return 0 if all(line[-1] in ("reached", "aim reached") for line in rows[1:]) else 1


def row(goal: Goal, options: argparse.Namespace, model: str) -> list[str]:
    """One line of the table."""
    damage = goal.damage or "real noise"
    sign = "+" if goal.over_input else ""
    line = [goal.task, model, goal.data, damage, f"{sign}{goal.floor:.2f}", f"{sign}{goal.aim:.2f}"]
    folder = options.data / "test" / goal.data
    try:
        Store().get(goal.task, model, scale=goal.scale if goal.scale > 1 else None)
    except BadInputError:
        return [*line, "", "", "missing"]
    if not folder.is_dir():
        return [*line, "", "", f"no {goal.data} in {options.data}"]
    found = measured(goal, folder, options, model)
    value, interval = found.gain("psnr") if goal.over_input else (found.psnr, found.interval("psnr"))
    between = f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
    verdict = "aim reached" if value >= goal.aim else "reached" if value >= goal.floor else "SHORT"
    return [*line, f"{sign}{value:.2f}", between, verdict]


def measured(goal: Goal, folder: Path, options: argparse.Namespace, model: str) -> Evaluation:
    what: dict[str, Any] = {"degradation": goal.damage} if goal.damage else {"degraded": folder}
    scale = {"scale": goal.scale} if goal.scale > 1 else {}
    return evaluate(
        model,
        task=goal.task,
        data=folder,
        limit=options.limit,
        threads=options.threads,
        **what,
        **scale,
        **goal.options,
    )


if __name__ == "__main__":
    sys.exit(main())
