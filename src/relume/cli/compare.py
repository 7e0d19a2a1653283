"""relume compare: how far a restored picture is from the clean one."""

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._say import say, tell
from relume.errors import BadInputError, RelumeError, ShapeMismatchError

__all__ = ["compare"]

PANEL = "Look and measure"
EXAMPLES = (
    "relume compare better.png clean.png",
    "relume compare better.png clean.png --before noisy.png --image sheet.png",
    "relume compare better/ clean/ --metric psnr --metric ssim --channel y --json",
)


def compare(
    restored: Annotated[
        Path, typer.Argument(metavar="RESTORED", help="A picture, or a folder of them.", show_default=False)
    ],
    clean: Annotated[
        Path, typer.Argument(metavar="CLEAN", help="The truth; of folders, files of the same stem.", show_default=False)
    ],
    *,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="May be repeated; psnr and ssim when not given.", show_default=False),
    ] = None,
    border: Annotated[int, typer.Option(min=0, help="Pixels cut from every side first.")] = 0,
    channel: Annotated[
        str, typer.Option(help="rgb, or y for the brightness that papers on super-resolution use.")
    ] = "rgb",
    image: Annotated[
        Path | None,
        typer.Option(
            metavar="SHEET", help="Write a sheet: before, after, difference, and zoomed crops.", show_default=False
        ),
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option(metavar="PICTURE", help="The degraded picture, measured and shown beside.", show_default=False),
    ] = None,
    json: o.Json = False,
) -> int:
    """Measure a restored picture against the clean one, or two folders picture by picture."""
    pairs = _pairs(restored, clean)
    if (image or before) and len(pairs) != 1:
        raise BadInputError(f"A sheet shows one picture, but {restored} holds {len(pairs)}.")
    if image is not None:
        _check_sheet(image, [restored, clean, before])
    metrics = _metrics(metric or ["psnr", "ssim"], border=border, channel=channel)
    rows: list[dict[str, Any]] = []
    for one, truth in pairs:
        row = _measure(one, truth, before, metrics)
        if "error" in row:
            say(row["error"], about=row["failed"])
        else:
            rows.append(row)
        if json:
            tell(row)
    if rows and not json:
        _print(rows, metrics)
    if image is not None and rows:
        _sheet(pairs[0], before, image)
    return 0 if len(rows) == len(pairs) else 1


def _check_sheet(image: Path, inputs: list[Path | None]) -> None:
    """Before anything is measured: a sheet that cannot be written, or would replace what it shows."""
    from relume import files

    files.format_for(image)
    if image.resolve() in [path.resolve() for path in inputs if path is not None]:
        raise BadInputError(f"{image} is one of the pictures that are compared. Give the sheet another name.")


def _pairs(restored: Path, clean: Path) -> list[tuple[Path, Path | None]]:
    """Pictures and their truths; None where there is none of that stem."""
    from relume import files

    if restored.is_dir() != clean.is_dir():
        raise BadInputError(f"Two pictures or two folders are compared, but one of {restored} and {clean} is a folder.")
    if not restored.is_dir():
        return [(restored, clean)]
    truths = {path.stem: path for path in sorted(clean.iterdir()) if files.is_readable(path)}
    found = [(path, truths.get(path.stem)) for path in sorted(restored.iterdir()) if files.is_readable(path)]
    if not any(truth for _, truth in found):
        raise BadInputError(f"No picture of {restored} has the stem of one in {clean}.")
    return found


def _metrics(names: list[str], *, border: int, channel: str) -> dict[str, Any]:
    from relume.metrics import METRICS

    return {name: METRICS[name](border=border, channel=channel) for name in names}


def _measure(restored: Path, clean: Path | None, before: Path | None, metrics: dict[str, Any]) -> dict[str, Any]:
    """What was measured, or the error."""
    import relume

    named: dict[str, Any] = {"restored": str(restored), "clean": None if clean is None else str(clean)}
    if clean is None:
        return named | {"failed": str(restored), "error": "There is no clean picture of this stem."}
    reading = clean
    try:
        whole, reading = relume.open(clean), restored
        other = relume.open(restored)
        if not _same_alpha(whole.alpha, other.alpha):
            say("Its alpha is not that of the clean picture; what is measured is colour only.", about=restored)
        truth, picture = whole.pixels, other.pixels
        _check(picture.shape, truth.shape)
        row = named | {name: _plain(metric(picture, truth)) for name, metric in metrics.items()}
        if before is not None:
            reading = before
            start = relume.open(before).pixels
            _check(start.shape, truth.shape)
            row["before"] = {name: _plain(metric(start, truth)) for name, metric in metrics.items()}
    except RelumeError as error:
        return named | {"failed": str(reading), "error": str(error)}
    return row


def _same_alpha(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and bool((one == other).all())


def _check(shape: tuple[int, ...], truth: tuple[int, ...]) -> None:
    if shape != truth:
        sizes = [f"{s[1]}x{s[0]} with {s[2]} channel{'s' if s[2] > 1 else ''}" for s in (shape, truth)]
        raise ShapeMismatchError(f"Both pictures need one size, but it is {sizes[0]} and the clean one {sizes[1]}.")


def _plain(value: float) -> float | str:
    # JSON has no infinity: equal pictures say so.
    return "inf" if math.isinf(value) else round(float(value), 4)


def _print(rows: list[dict[str, Any]], metrics: dict[str, Any]) -> None:
    wide = max((len(row["restored"]) for row in rows), default=8)
    units = {name: f"{name} {metric.unit}".strip() for name, metric in metrics.items()}
    print(" " * wide, *(f"{title:>12}" for title in units.values()))
    for row in rows:
        if "before" in row:
            print(f"{'before':{wide}}", *(f"{row['before'][name]:>12}" for name in units))
        print(f"{row['restored']:{wide}}", *(f"{row[name]:>12}" for name in units))
    if len(rows) > 1:
        means = [sum(float(row[name]) for row in rows) / len(rows) for name in units]
        print(f"{'mean':{wide}}", *(f"{mean:>12.4f}" for mean in means))


def _sheet(pair: tuple[Path, Path | None], before: Path | None, out: Path) -> None:
    import relume
    from relume import files
    from relume.cli._sheet import sheet
    from relume.image import Image

    restored, clean = (relume.open(path).pixels for path in pair if path is not None)
    degraded = relume.open(before).pixels if before is not None else None
    out.parent.mkdir(parents=True, exist_ok=True)
    names = ("before", "after", "clean") if before is not None else ("before", *_names(*pair))
    files.save(Image(pixels=sheet(degraded, restored, clean, names=names)), out, depth="uint8")


def _names(restored: Path, clean: Path | None) -> tuple[str, str]:
    """What two pictures are called where nobody said which is which: somebody's CLEAN may be the noisy one."""
    assert clean is not None  # noqa: S101  (it was measured)
    names = [
        path.name if restored.name != clean.name else f"{path.resolve().parent.name}/{path.name}"
        for path in (restored, clean)
    ]
    one, other = [
        name if name.isascii() else f"the {place} picture"
        for name, place in zip(names, ("first", "second"), strict=True)
    ]
    return one, other
