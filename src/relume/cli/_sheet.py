"""A picture about pictures: before, after, the difference, and zoomed crops of where it matters, side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from relume.classic._resample import resize
from relume.errors import BadInputError
from relume.image import Box, Pixels, Plane
from relume.metrics import measure

GROUND, INK, FAINT = 0.13, 0.95, 0.66  # greys: colours beside a neutral one are seen as they are
MARKS = ((1.0, 0.62, 0.1), (0.2, 0.78, 1.0), (0.5, 0.9, 0.3), (1.0, 0.45, 0.75))  # of the crops, in order
GAP, CAPTION, LEAST_COLUMN = 16, 62, 240  # pixels
APART = 1.25  # times a crop's side, from one crop's corner to the next one's
GAINS = (1, 2, 4, 8, 16, 32, 64)
MOST_ZOOMS = len(MARKS)
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, eq=False)
class Panel:
    """One column: what it is called, what was measured of it, and its picture."""

    title: str
    note: str
    pixels: Pixels


def sheet(
    before: Pixels | None,
    after: Pixels,
    clean: Pixels | None = None,
    *,
    zooms: int = 2,
    names: tuple[str, str, str] = ("before", "after", "clean"),
    width: int = 1920,
) -> Pixels:
    """A comparison for people, RGB: whole pictures on top, below them crops of where most has changed.

    Without `before`, `after` stands beside `clean`. The difference is centred at mid grey, and its gain is written
    above it. Where `clean` is known, PSNR and SSIM (of the clipped pictures) are given. A smaller `before`, as in
    upscaling, is enlarged. `zooms` is the number of crops, up to 4; `width` is roughly that of the sheet, in pixels.

    >>> sheet(np.zeros((64, 96, 3), np.float32), np.ones((64, 96, 3), np.float32), width=640).shape[2]
    3
    """
    if not 0 <= zooms <= MOST_ZOOMS:
        raise BadInputError(f"A sheet has 0 to {MOST_ZOOMS} zoomed crops, but {zooms} were asked for.")
    panels = _panels(before, after, clean, names=names)
    room = (width - GAP * (len(panels) + 1)) // len(panels)
    boxes = [] if zooms == 0 else places(panels[0].pixels, panels[1].pixels, room=room, count=zooms)
    columns = [_column(panel, boxes, room=room) for panel in panels]
    used = max(LEAST_COLUMN, *(part.shape[1] for part in columns[0]))
    rows = [_row([_caption(panel, used) for panel in panels], below=0)]
    rows += [_row([_widened(part, used) for part in parts], below=GAP) for parts in zip(*columns, strict=True)]
    return np.concatenate([_strip(GAP, rows[0].shape[1]), *rows])


def _row(pictures: Sequence[Pixels], *, below: int) -> Pixels:
    """Pixelss of one height side by side, with gaps around them."""
    gap = _strip(len(pictures[0]), GAP)
    beside = np.concatenate([gap, *(part for picture in pictures for part in (picture, gap))], axis=1)
    return np.concatenate([beside, _strip(below, beside.shape[1])])


def _panels(before: Pixels | None, after: Pixels, clean: Pixels | None, *, names: tuple[str, str, str]) -> list[Panel]:
    if before is None and clean is None:
        raise BadInputError("A sheet compares two pictures, but only one was given. Give a before, or a clean one.")
    height, width, _ = after.shape
    shown = [(name, _rgb(p)) for name, p in zip(names, (before, after, clean), strict=True) if p is not None]
    truth = None if clean is None else shown[-1][1]
    panels: list[Panel] = []
    for name, pixels in shown:
        larger = pixels.shape != (height, width, 3) and pixels is not truth
        fitted = resize(pixels, height, width).clip(0, 1) if larger else pixels
        panels.append(Panel(f"{name}, enlarged" if larger else name, _measured(fitted, truth, names[2]), fitted))
    first, second = panels[0], panels[1]
    change = second.pixels - first.pixels
    gain = gain_for(change)
    note = f"{names[1]} - {shown[0][0]}" if before is not None else f"{names[1]} - {names[2]}"
    if before is None:
        change = -change
    return [*panels, Panel(f"difference x{gain}", note, (0.5 + gain * change).clip(0, 1).astype(np.float32))]


def _rgb(pixels: Pixels) -> Pixels:
    """As a screen shows it: within the range, and in three channels."""
    if pixels.shape[2] not in (1, 3):
        pixels = pixels.mean(axis=2, keepdims=True)
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3)).clip(0, 1)


def _measured(pixels: Pixels, truth: Pixels | None, called: str) -> str:
    if truth is None or pixels is truth:
        return f"{pixels.shape[1]} x {pixels.shape[0]}"
    names = ["psnr"] if min(truth.shape[:2]) < 11 else ["psnr", "ssim"]  # SSIM's window is that large
    values = measure(pixels, truth, names)
    if math.isinf(values["psnr"]):
        return f"equal to {called}"
    return "   ".join([f"{values['psnr']:.2f} dB", *(f"SSIM {values[name]:.4f}" for name in names[1:])])


def gain_for(change: Pixels) -> int:
    """How many times a difference may be enlarged so that hardly any of it leaves the range.

    >>> gain_for(np.full((4, 4, 3), -0.05, np.float32))
    8
    """
    largest = float(np.percentile(np.abs(change), 99.5))
    return max((gain for gain in GAINS if gain * largest <= 0.5), default=1) if largest else 1


def places(first: Pixels, second: Pixels, *, room: int, count: int) -> list[Box]:
    """Where to look closer: where the two differ most, or else where there is most structure.

    Fewer than `count` where the picture is too small for more without overlap.
    """
    height, width, _ = second.shape
    wide = max(8, min(room // 3, width // 3, height // 2))
    wide = min(wide, width)
    tall = min(max(6, wide * 3 // 4), height)
    shrink = max(1, math.ceil(max(height, width) / 600))
    size = math.ceil(width / shrink), math.ceil(height / shrink)
    score = _interest(first, second, size=size, reach=max(1.0, wide / shrink / 3))
    boxes: list[Box] = []
    y, x = np.mgrid[: size[1], : size[0]] * shrink
    # A crop is centred on its place, and lies inside.
    top, left = (np.clip(at - side // 2, 0, n - side) for at, side, n in ((y, tall, height), (x, wide, width)))
    while len(boxes) < count and np.isfinite(score).any():
        best = np.unravel_index(int(score.argmax()), score.shape)
        box = Box(int(top[best]), int(left[best]), tall, wide)
        boxes.append(box)
        score = np.where((abs(top - box.top) < APART * tall) & (abs(left - box.left) < APART * wide), -np.inf, score)
    return boxes


def _interest(first: Pixels, second: Pixels, *, size: tuple[int, int], reach: float) -> Plane:
    """How much there is to see around each place of a smaller picture of that width and height."""
    light = second.mean(axis=2)
    slope = np.abs(cv2.Sobel(light, -1, 1, 0)) + np.abs(cv2.Sobel(light, -1, 0, 1))
    maps: list[Plane] = []
    for values in (np.abs(second - first).mean(axis=2), slope):
        small = cv2.resize(values, size, interpolation=cv2.INTER_AREA).reshape(size[::-1])
        spread = cv2.GaussianBlur(small, (0, 0), reach, borderType=cv2.BORDER_REFLECT).reshape(size[::-1])
        # Noise that was removed everywhere alike says nothing about where to look.
        maps.append((spread - np.median(spread)) / max(float(spread.max()), 1e-6))
    change, structure = maps
    return change + 0.5 * structure


def _column(panel: Panel, boxes: Sequence[Box], *, room: int) -> list[Pixels]:
    """Overview and crops, each at most `room` wide."""
    parts = [_overview(panel.pixels, boxes, room)]
    for box, mark in zip(boxes, MARKS, strict=False):
        factor = max(1, room // box.width)
        crop = panel.pixels[box.window].repeat(factor, axis=0).repeat(factor, axis=1)
        parts.append(_framed(crop, mark))
    return parts


def _overview(pixels: Pixels, boxes: Sequence[Box], room: int) -> Pixels:
    height, width, _ = pixels.shape
    scale = min(room / width, 1.2 * room / height)
    if scale >= 1:
        scale = int(scale)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    view = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST)
    for box, mark in zip(boxes, MARKS, strict=False):
        corner = round(box.left * scale), round(box.top * scale)
        opposite = round((box.left + box.width) * scale) - 1, round((box.top + box.height) * scale) - 1
        cv2.rectangle(view, corner, opposite, (0.0, 0.0, 0.0), 4)  # seen on any ground
        cv2.rectangle(view, corner, opposite, mark, 2)
    return view


def _framed(crop: Pixels, mark: tuple[float, float, float]) -> Pixels:
    framed = crop.copy()
    for edge in (framed[:3], framed[-3:], framed[:, :3], framed[:, -3:]):
        edge[:] = mark
    return framed


def _widened(picture: Pixels, width: int) -> Pixels:
    return np.concatenate([picture, _strip(len(picture), width - picture.shape[1])], axis=1)


def _caption(panel: Panel, room: int) -> Pixels:
    canvas = _strip(CAPTION, room)
    for text, size, ink, base in ((panel.title, 0.8, INK, 26), (panel.note, 0.58, FAINT, 51)):
        # Drawn three times as large and shrunk: OpenCV's thin strokes are ragged otherwise.
        mask = np.zeros((CAPTION * 3, room * 3), np.uint8)
        fit = min(size, size * room * 3 / max(1, cv2.getTextSize(text, FONT, size * 3, 4)[0][0]))
        cv2.putText(mask, text, (3, base * 3), FONT, fit * 3, 255, 4, cv2.LINE_AA)
        share = cv2.resize(mask, (room, CAPTION), interpolation=cv2.INTER_AREA)[..., None] / np.float32(255)
        canvas = canvas + (np.float32(ink) - canvas) * share
    return canvas


def _strip(height: int, width: int) -> Pixels:
    return np.full((height, width, 3), GROUND, np.float32)
