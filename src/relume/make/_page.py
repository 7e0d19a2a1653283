"""What was measured, as a table or as a page with pictures that needs no other file."""

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from relume.image import Pixels
from relume.make._pairs import Taken
from relume.make.evaluate import Evaluation, seen_as

CROP = 160  # pixels of a picture shown
SHOWN = 2  # worst and best pictures of an evaluation

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .7rem;border-bottom:1px solid #ddd;text-align:right}
td:first-child,th:first-child{text-align:left}figure{display:inline-block;margin:.3rem}figcaption{font-size:.8rem}
img{width:240px;image-rendering:pixelated;display:block}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}}
"""


@dataclass(frozen=True)
class Example:
    """A part of a picture: degraded, restored, clean."""

    name: str
    degraded: Pixels
    restored: Pixels
    clean: Pixels


class Watch:
    """Keeps, of each picture, the part that was restored worst: `watch` of `evaluate`."""

    def __init__(self) -> None:
        self.examples: list[Example] = []

    def __call__(self, index: int, taken: Taken, restored: np.ndarray) -> None:
        del index
        degraded, seen = seen_as(taken.degraded), seen_as(restored)
        scale = taken.clean.shape[0] // degraded.shape[0]
        if scale > 1:
            degraded = degraded.repeat(scale, 0).repeat(scale, 1)
        top, left = worst_place(seen, taken.clean, CROP)
        here = np.s_[top : top + CROP, left : left + CROP]
        self.examples.append(Example(taken.name, *(p[here].copy() for p in (degraded, seen, taken.clean))))


def worst_place(restored: Pixels, clean: Pixels, side: int) -> tuple[int, int]:
    """Top and left of the window of `side` pixels with the largest squared error."""
    error = np.square(restored - clean).mean(axis=2, dtype=np.float64)
    sums = np.pad(error.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    high, wide = (min(side, length) for length in error.shape)
    inside = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    top, left = np.unravel_index(inside.argmax(), inside.shape)
    return int(top), int(left)


def table(found: Sequence[Evaluation]) -> list[list[str]]:
    """A row for each evaluation, and one for doing nothing above those of one set and damage; the head comes first."""
    metrics = list(dict.fromkeys(metric for each in found for metric in each.how.metrics))
    rows = [["set", "damage", "model", *metrics, "95 %", "s"]]
    seen: set[tuple[str, str]] = set()
    for each in found:
        key = (each.data, each.setting)
        if key not in seen:
            seen.add(key)
            rows.append([*key, "do nothing", *(_figure(each, metric, before=True) for metric in metrics), "", ""])
        interval = each.interval(metrics[0])
        between = f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
        figures = [_figure(each, metric) for metric in metrics]
        name = each.model if each.precision == "fp32" else f"{each.model} ({each.precision})"
        rows.append([each.data, each.setting, name, *figures, between, f"{each.seconds:.1f}"])
    return rows


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a markdown table, its columns aligned; the first row is the head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(found: Sequence[Evaluation], examples: Sequence[Sequence[Example]]) -> str:
    """A whole HTML page: the table, and for each evaluation its worst and best pictures, where they went worst."""
    head, *rows = table(found)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>relume evaluate</title>",
        f"<style>{STYLE}</style><h1>What was measured</h1>",
        _html_table(head, rows),
    ]
    for evaluation, kept in zip(found, examples, strict=True):
        parts.append(f"<h2>{_text(evaluation.model)} on {_text(evaluation.data)}, {_text(evaluation.setting)}</h2>")
        parts.append(f"<p>{_text(evaluation.protocol)}; sha256 {_text(evaluation.sha256 or 'none: a filter')}</p>")
        metric = evaluation.how.metrics[0]
        order = sorted(range(len(kept)), key=lambda place: evaluation.rows[place].after[metric])
        for place in dict.fromkeys([*order[:SHOWN], *order[-SHOWN:]]):
            parts.append(_figures(evaluation, place, kept[place], metric))
        parts.append(_html_table(*_all_rows(evaluation)))
    return "\n".join([*parts, "</html>\n"])


def _all_rows(evaluation: Evaluation) -> tuple[list[str], list[list[str]]]:
    metrics = evaluation.how.metrics
    head = ["picture", *(f"{metric} {when}" for metric in metrics for when in ("before", "after"))]
    rows = [
        [row.name, *(f"{side[metric]:.4g}" for metric in metrics for side in (row.before, row.after))]
        for row in evaluation.rows
    ]
    return head, rows


def _figures(evaluation: Evaluation, place: int, example: Example, metric: str) -> str:
    row = evaluation.rows[place]
    captions = (f"degraded {row.before[metric]:.2f}", f"restored {row.after[metric]:.2f}", "clean")
    figures = [
        f'<figure><img alt="{caption}" src="data:image/png;base64,{_png(pixels)}">'
        f"<figcaption>{caption}</figcaption></figure>"
        for caption, pixels in zip(captions, (example.degraded, example.restored, example.clean), strict=True)
    ]
    return f"<h3>{_text(row.name)}, {metric}</h3>{''.join(figures)}"


def _html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str], kind: str) -> str:
        return "<tr>" + "".join(f"<{kind}>{_text(cell)}</{kind}>" for cell in cells) + "</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _png(pixels: Pixels) -> str:
    levels = np.rint(pixels.clip(0, 1) * 255).astype(np.uint8)
    colour = levels[..., ::-1] if levels.shape[2] == 3 else levels[..., :1]
    done, content = cv2.imencode(".png", np.ascontiguousarray(colour))
    assert done  # noqa: S101  (8 bits, 1 or 3 channels)
    return base64.b64encode(content.tobytes()).decode()


def _figure(evaluation: Any, metric: str, *, before: bool = False) -> str:
    if metric not in evaluation.how.metrics:
        return ""
    value = evaluation.mean(metric, before=before)
    return f"{value:.2f}" if value > 2 else f"{value:.4f}"


def _text(value: str) -> str:
    return html.escape(str(value))
