"""Quality against time, drawn: points with their names, the front, and published figures, whose time is not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relume.extras import need

FRONT, OTHER, PUBLISHED, LINES = "#c2410c", "#475569", "#64748b", "#cbd5e1"
# Where a name may stand beside its point, in points: the first that is free is taken. Above the front there is nothing,
# and below it the stairs go right and down.
MARKERS = {
    "": ("o", "ONNX Runtime fp32, or a filter"),
    "int8": ("s", "ONNX Runtime int8"),
    "openvino bf16": ("^", "OpenVINO bf16"),
    "openvino int8": ("D", "OpenVINO int8"),
}
ABOVE = [(x, y) for y in range(9, 150, 11) for x in (-4, 6, -40, 40)]
BELOW = [(x, -y) for y in range(-2, 150, 11) for x in (6, -6, 40, -40)]


@dataclass(frozen=True)
class Point:
    """One way to restore.

    Attributes:
        name: of the model; its points are joined, and named once.
        kind: runtime and precision: a key of `MARKERS`.
        seconds: for each megapixel.
        quality: PSNR in dB.
        front: no other is both faster and better.
    """

    name: str
    kind: str
    seconds: float
    quality: float
    front: bool


def draw(
    points: Sequence[Point], published: Sequence[tuple[str, float]], out: Path, *, title: str, nothing: float
) -> None:
    """The plot, as SVG or PNG by the file's ending; `nothing` is the quality of the degraded pictures."""
    need("matplotlib", extra="train")
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot, ticker

    with mpl.rc_context({"font.size": 9, "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure, axes = pyplot.subplots(figsize=(9, 6))
        figure.subplots_adjust(left=0.075, right=0.8, top=0.9, bottom=0.09)
        axes.grid(alpha=0.5, which="major", color=LINES, linewidth=0.6)
        axes.set(xscale="log", xlabel="seconds for a megapixel, all measured in one run", ylabel="PSNR, dB")
        times = [point.seconds for point in points]
        axes.set_xlim(min(times) / 1.6, max(times) * 2.2)
        every = [nothing, *(point.quality for point in points), *(value for _, value in published)]
        room = 0.04 * (max(every) - min(every))
        axes.set_ylim(min(every) - room, max(every) + room)
        axes.set_title(title, loc="left", fontsize=11, pad=16)
        axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_locator(ticker.NullLocator())
        axes.spines[["top", "right"]].set_visible(False)
        _points(axes, points)
        _levels(axes, [*published, ("do nothing", nothing)])
        _names(figure, axes, points)
        part = out.with_name(f"{out.name}.part")
        figure.savefig(part, format=out.suffix.removeprefix("."), dpi=130)
    part.replace(out)
    pyplot.close(figure)


def _points(axes: Any, points: Sequence[Point]) -> None:
    """The points, and the front as stairs: what one can have for so much time."""
    for point in points:
        colour = FRONT if point.front else OTHER
        axes.scatter(point.seconds, point.quality, s=34, marker=MARKERS[point.kind][0], color=colour, zorder=4)
    for name in {point.name for point in points}:
        joined = sorted((point.seconds, point.quality) for point in points if point.name == name)
        axes.plot(*zip(*joined, strict=True), color=OTHER, linewidth=4, alpha=0.2, zorder=2)
    for marker, label in [MARKERS[kind] for kind in MARKERS if kind in {point.kind for point in points}]:
        axes.scatter([], [], s=34, marker=marker, color=OTHER, label=label)
    axes.scatter([], [], s=34, color=FRONT, label="none is both faster and better")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.06), frameon=False, fontsize=8)
    front = sorted((point.seconds, point.quality) for point in points if point.front)
    seconds, quality = zip(*front, strict=True)
    right = axes.get_xlim()[1]
    axes.step([*seconds, right], [*quality, quality[-1]], where="post", color=FRONT, linewidth=1, zorder=3)


def _levels(axes: Any, levels: Sequence[tuple[str, float]]) -> None:
    """Lines across the plot, named on the right, the names kept apart."""
    low, high = axes.get_ylim()
    gap = 0.032 * (high - low)
    ordered = sorted(levels, key=lambda level: level[1])
    places = [value for _, value in ordered]
    for _ in range(200):  # names that touch push each other away, half and half
        for one in range(len(places) - 1):
            if (short := gap - (places[one + 1] - places[one])) > 0:
                places[one] -= short / 2
                places[one + 1] += short / 2
    across = axes.get_yaxis_transform()
    for (name, value), place in zip(ordered, places, strict=True):
        axes.axhline(value, color=PUBLISHED, linewidth=0.7, linestyle=(0, (1, 2.5)), zorder=1)
        axes.plot([1, 1.02], [value, place], transform=across, color=PUBLISHED, linewidth=0.5, clip_on=False)
        text = f"{name}  {value:.2f}"
        axes.text(1.025, place, text, transform=across, va="center", fontsize=8, color=PUBLISHED)


def _names(figure: Any, axes: Any, points: Sequence[Point]) -> None:
    """Each model's name at its first point, where it covers no other; a line leads to one further off."""
    from matplotlib.patheffects import withStroke
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    dots = [axes.transData.transform((point.seconds, point.quality)) for point in points]
    taken: list[Any] = []
    named = {point.name: (point, dot) for point, dot in reversed(list(zip(points, dots, strict=True)))}
    for point, dot in sorted(named.values(), key=lambda pair: -pair[0].quality):
        for x, y in [*ABOVE, *BELOW] if point.front else [*BELOW, *ABOVE]:
            label = axes.annotate(
                point.name,
                (point.seconds, point.quality),
                xytext=(x, y),
                textcoords="offset points",
                ha="left" if x > 0 else "right",
                va="center",
                fontsize=8.5,
                color=FRONT if point.front else OTHER,
                zorder=5,
                arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": OTHER} if abs(y) > 10 else None,
                path_effects=[withStroke(linewidth=2.5, foreground="white")],
            )
            label.update_positions(renderer)
            box = Text.get_window_extent(label, renderer)  # an annotation's own has its line in it
            others = [other for other in dots if other is not dot]
            near = box.padded(4)
            free = not any(near.overlaps(one) for one in taken) and not any(near.contains(*other) for other in others)
            if free and all(axes.bbox.contains(*corner) for corner in (box.min, box.max)):
                taken.append(box)
                break
            label.remove()
        else:
            raise AssertionError(f"No room for {point.name}.")
