"""Quality against time: every restorer of a task on one set, and the published rows beside them, as a plot and a table.

    python benchmarks/pareto.py --data DATA [--task denoise] [--out benchmarks/pareto.svg]

Time is of this machine, in seconds for each megapixel of the picture handed in: all restorers take turns on one picture
in one run. Published models have no time here, so they are lines across the plot at their quality. A restorer is on
the front when no other is both faster and better.
"""

import argparse
import csv
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _plot import Point, draw

from relume.cli._turns import in_turns
from relume.errors import RelumeError
from relume.make._page import markdown
from relume.make.evaluate import Evaluation, Protocol, evaluate
from relume.run.store import Store

SKIPPED = 77
WAYS = (("onnx", "fp32"), ("onnx", "int8"), ("openvino", "bf16"), ("openvino", "int8"))


@dataclass(frozen=True, kw_only=True)
class Field:
    """What a task is measured on; `area`, `data` and `setting` find its published rows."""

    folder: str
    damage: str
    area: str
    data: str
    setting: str
    how: Protocol = field(default_factory=Protocol)
    scale: int = 1


@dataclass(frozen=True, kw_only=True)
class Found:
    """One restorer in one runtime and precision: its quality, and seconds for each megapixel."""

    model: str
    kind: str
    quality: Evaluation
    seconds: float

    @property
    def name(self) -> str:
        """For the table."""
        return f"{self.model} ({self.kind})" if self.kind else self.model


FIELDS = {
    "denoise": Field(
        folder="CBSD68", damage="gaussian_noise:sigma=25/255", area="denoise", data="CBSD68", setting="s25"
    ),
    "dejpeg": Field(
        folder="LIVE1", damage="jpeg:quality=10", area="jpeg", data="LIVE1", setting="q10", how=Protocol(grey=True)
    ),
    "upscale": Field(
        folder="Set5/HR",
        damage="bicubic_downscale:scale=2",
        area="sr",
        data="Set5",
        setting="x2",
        how=Protocol(channel="y", border=2),
        scale=2,
    ),
}


def main() -> int:
    options = read_options()
    chosen = FIELDS[options.task]
    folder = None if options.data is None else options.data / "test" / chosen.folder
    if folder is None or not folder.is_dir():
        print(f"This needs --data DATA, a folder with test/{chosen.folder}.")
        return SKIPPED
    found = restorers(options, chosen, folder)
    if not found:
        print("Nothing could be measured; the lines above say why.", file=sys.stderr)
        return 1
    others, best = published(chosen), front(found)
    print(table(found, best, others))
    if options.out:
        points = [Point(one.model, one.kind, one.seconds, one.quality.psnr, one.name in best) for one in found]
        part = f", first {options.limit} pictures (published: all)" if options.limit else ""
        title = f"{options.task}: {chosen.data}, {chosen.damage}{part}; threads: {options.threads}"
        draw(points, others, options.out, title=title, nothing=found[0].quality.mean("psnr", before=True))
    return 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--task", choices=sorted(FIELDS), default="denoise")
    parser.add_argument("--limit", type=int, help="the first pictures of the set only")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", type=int, default=1024, help="side of the picture that is timed")
    parser.add_argument("--runs", type=int, default=5, help="turns; the fastest of each restorer counts")
    parser.add_argument("--out", type=Path, help=".svg or .png; needs matplotlib")
    return parser.parse_args()


def restorers(options: argparse.Namespace, chosen: Field, folder: Path) -> list[Found]:
    """Every restorer of the task, each way it can run; those that cannot are told of and left out."""
    ways: list[dict[str, Any]] = [
        {"model": manifest.name, "precision": precision, "runtime": runtime, "threads": options.threads}
        for manifest in (model.manifest for model in Store().models())
        if manifest.task == options.task and (manifest.is_classical or manifest.scale == chosen.scale)
        if manifest.channels != 1  # for other pictures than these
        for runtime, precision in (WAYS if not manifest.is_classical else WAYS[:1])
        if precision != "int8" or "int8" in manifest.precisions
    ]
    scale = chosen.scale if chosen.scale > 1 else None
    shared: dict[str, Any] = {"task": options.task, "scale": scale, "device": "cpu"}
    times = in_turns([{**way, **shared, "size": options.size} for way in ways], runs=options.runs)
    found: list[Found] = []
    for way, timed in zip(ways, times, strict=True):
        kind = " ".join(word for word in (way["runtime"], way["precision"]) if word not in ("onnx", "fp32"))
        if isinstance(timed, str):
            print(f"{way['model']} {kind}: {timed}", file=sys.stderr)
            continue
        try:
            quality = evaluate(
                data=folder, degradation=chosen.damage, how=chosen.how, limit=options.limit, **way, **shared
            )
        except RelumeError as error:
            print(f"{way['model']} {kind}: {error}", file=sys.stderr)
            continue
        seconds = timed.seconds / options.size**2 * 1e6
        found.append(Found(model=way["model"], kind=kind, quality=quality, seconds=seconds))
    return found


def published(chosen: Field) -> list[tuple[str, float]]:
    """Name and quality of the rows of `published.csv` for this set and damage."""
    wanted = (chosen.area, chosen.data, chosen.setting)
    with (Path(__file__).parent / "published.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["area"], row["data"], row["setting"]) == wanted]
    return [(row["model"], float(row["value"])) for row in rows]


def front(found: list[Found]) -> set[str]:
    """The names that no other beats in both time and quality."""
    return {
        one.name
        for one in found
        if not any(other.quality.psnr > one.quality.psnr and other.seconds < one.seconds for other in found)
    }


def table(found: list[Found], best: set[str], others: list[tuple[str, float]]) -> str:
    rows = [["restorer", "PSNR", "95 %", "s/MP", "front"]]
    for one in sorted(found, key=lambda one: -one.quality.psnr):
        interval = one.quality.interval("psnr")
        between = f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
        seconds = f"{one.seconds:.3f}"
        rows.append([one.name, f"{one.quality.psnr:.2f}", between, seconds, "yes" if one.name in best else ""])
    rows += [["do nothing", f"{found[0].quality.mean('psnr', before=True):.2f}", "", "0", ""]]
    rows += [[f"{name} (published, whole set)", f"{value:.2f}", "", "", ""] for name, value in others]
    return markdown(rows)


if __name__ == "__main__":
    sys.exit(main())
