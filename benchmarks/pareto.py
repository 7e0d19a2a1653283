"""Quality against time: every restorer of a task on one set, and the published rows beside them, as a plot and a table.

    python benchmarks/pareto.py --data DATA [--task denoise] [--out benchmarks/pareto.svg]

Time is of this machine, in seconds for each megapixel; published models have none here, so they are lines across the
plot at their quality. A restorer is on the front when no other is both faster and better.
"""

import argparse
import csv
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relume.errors import RelumeError
from relume.make._page import markdown
from relume.make.evaluate import Evaluation, Protocol, evaluate
from relume.run.store import Store

SKIPPED = 77


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--task", choices=sorted(FIELDS), default="denoise")
    parser.add_argument("--limit", type=int, default=12, help="the first pictures of the set only: filters are slow")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help=".svg or .png; needs matplotlib")
    options = parser.parse_args()
    chosen = FIELDS[options.task]
    folder = None if options.data is None else options.data / "test" / chosen.folder
    if folder is None or not folder.is_dir():
        print(f"This needs --data DATA, a folder with test/{chosen.folder}.")
        return SKIPPED
    found = restorers(options, chosen, folder)
    others = published(chosen)
    print(table(found, others))
    if options.out:
        draw(
            found,
            others,
            options.out,
            f"{options.task}: {chosen.data}, {chosen.damage}, first {options.limit} pictures",
        )
    return 0


def restorers(options: argparse.Namespace, chosen: Field, folder: Path) -> list[tuple[str, Evaluation]]:
    """Every restorer of the task, in each precision it has; those that cannot are told of and left out."""
    found: list[tuple[str, Evaluation]] = []
    for model in Store().models():
        manifest = model.manifest
        if manifest.task != options.task or (not manifest.is_classical and manifest.scale != chosen.scale):
            continue
        scale: dict[str, Any] = {"scale": chosen.scale} if chosen.scale > 1 else {}
        for precision in manifest.precisions or ("fp32",):
            name = manifest.name if precision == "fp32" else f"{manifest.name} ({precision})"
            try:
                one = evaluate(
                    manifest.name,
                    task=options.task,
                    data=folder,
                    degradation=chosen.damage,
                    how=chosen.how,
                    limit=options.limit,
                    threads=options.threads,
                    precision=precision,
                    **scale,
                )
            except RelumeError as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            found.append((name, one))
    return found


def published(chosen: Field) -> list[tuple[str, float]]:
    """Name and quality of the rows of `published.csv` for this set and damage."""
    with (Path(__file__).parent / "published.csv").open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if (r["area"], r["data"], r["setting"]) == key(chosen)]
    return [(row["model"], float(row["value"])) for row in rows]


def key(chosen: Field) -> tuple[str, str, str]:
    return chosen.area, chosen.data, chosen.setting


def front(found: list[tuple[str, Evaluation]]) -> set[str]:
    """The names that no other beats in both time and quality."""
    return {
        name
        for name, one in found
        if not any(other.psnr > one.psnr and speed(other) > speed(one) for _, other in found)
    }


def speed(one: Evaluation) -> float:
    """Megapixels a second."""
    return one.megapixels / one.seconds


def table(found: list[tuple[str, Evaluation]], others: list[tuple[str, float]]) -> str:
    best = front(found)
    rows = [["restorer", "PSNR", "95 %", "MP/s", "front"]]
    for name, one in sorted(found, key=lambda pair: -pair[1].psnr):
        interval = one.interval("psnr")
        between = f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
        rows.append([name, f"{one.psnr:.2f}", between, f"{speed(one):.2f}", "yes" if name in best else ""])
    before = found[0][1].mean("psnr", before=True) if found else 0.0
    rows += [["do nothing", f"{before:.2f}", "", "", ""]]
    rows += [[f"{name} (published, whole set)", f"{value:.2f}", "", "", ""] for name, value in others]
    return markdown(rows)


def draw(found: list[tuple[str, Evaluation]], others: list[tuple[str, float]], out: Path, title: str) -> None:
    """The plot, as SVG or PNG by the file's ending."""
    from relume.extras import need

    need("matplotlib", extra="train")
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 6), layout="constrained")
    best = front(found)
    for name, one in found:
        seconds = 1 / speed(one)
        axes.scatter(seconds, one.psnr, s=42, color="#c2410c" if name in best else "#64748b", zorder=3)
        axes.annotate(name, (seconds, one.psnr), xytext=(6, 4), textcoords="offset points", fontsize=8)
    line = sorted((1 / speed(one), one.psnr) for name, one in found if name in best)
    axes.plot(*zip(*line, strict=True), color="#c2410c", linewidth=1, zorder=2)
    for name, value in others:
        axes.axhline(value, color="#94a3b8", linewidth=0.8, linestyle=":")
        axes.annotate(name, (1, value), xycoords=("axes fraction", "data"), fontsize=7, ha="right", va="bottom")
    axes.set(xscale="log", xlabel="seconds per megapixel, this machine", ylabel="PSNR, dB", title=title)
    axes.grid(alpha=0.25, which="both")
    part = out.with_name(f"{out.name}.part")
    figure.savefig(part, format=out.suffix.removeprefix("."), dpi=130)
    part.replace(out)
    pyplot.close(figure)


if __name__ == "__main__":
    sys.exit(main())
