"""The denoiser beside published ones: the README's quality table.

    python benchmarks/denoise.py --data DATA             # DATA/test/CBSD68 and so on hold the clean pictures

Colour Gaussian noise in float, neither clipped nor rounded, seed 0; PSNR on RGB of the clipped result, mean over
pictures. "8-bit" is the same noise clipped and rounded first, as files have it. Published figures, with their sources,
are in `published.csv` beside this file.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relume.make.evaluate import Evaluation, Protocol, evaluate
from relume.make.register import add_scores
from relume.run.store import Store

SETS = ("CBSD68", "Kodak24", "McMaster", "Urban6")
SKIPPED = 77  # the exit code that `make bench` takes for "not here"
SIGMAS = (15, 25, 50)
WAYS = {
    "noise level told": {},
    "blind": {"blind": True},
    "8-bit, told": {"how": Protocol(eight_bit=True)},
    "8-bit, blind": {"how": Protocol(eight_bit=True), "blind": True},
}


def main() -> None:
    options = read_options()
    if options.data is None:
        print("This needs --data DATA, a folder with test/CBSD68, test/Kodak24 and so on.")
        sys.exit(SKIPPED)
    folders = [folder for name in options.sets if (folder := found(options.data, name))]
    if not folders:
        sys.exit(f"None of {', '.join(options.sets)} lies in {options.data} or {options.data / 'test'}.")
    measured: list[Evaluation] = []
    rows: list[list[str]] = []
    for folder in folders:
        for way, kind in WAYS.items():
            results = [measure(options, folder, sigma, **kind) for sigma in SIGMAS]
            measured += results
            rows.append([folder.name, f"relume {results[0].model}, {way}", *facts(options.model), *figures(results)])
        rows += published(folder.name)
    print(table(["set", "model", "M parameters", "GMAC/MP", *(f"sigma {sigma}" for sigma in SIGMAS)], rows))
    print(f"\n{sum(e.n for e in measured)} pictures restored; weights {measured[0].sha256}")
    if options.save:
        folder = Store().get("denoise", options.model).folder
        if folder is None or options.limit:
            sys.exit("--save is for models with a manifest, and for whole sets.")
        add_scores(folder, measured)
    if options.json:
        options.json.write_text("".join(evaluation.to_json() + "\n" for evaluation in measured))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="holds test/CBSD68 and so on")
    parser.add_argument("--model", default="balanced")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--limit", type=int, help="take the first pictures of each set only")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save", action="store_true", help="write the figures into the model's manifest")
    parser.add_argument("--json", type=Path, help="write every picture's figures here, one evaluation a line")
    return parser.parse_args()


def found(data: Path, name: str) -> Path | None:
    return next((folder for folder in (data / "test" / name, data / name) if folder.is_dir()), None)


def measure(options: argparse.Namespace, folder: Path, sigma: int, **kind: Any) -> Evaluation:
    evaluation = evaluate(
        options.model,
        data=folder,
        degradation=f"gaussian_noise:sigma={sigma}/255",
        limit=options.limit,
        threads=options.threads,
        **kind,
    )
    if sys.stderr.isatty():
        print(f"{folder.name} sigma {sigma} {kind or ''}: {evaluation.psnr:.2f} dB", file=sys.stderr)
    return evaluation


def figures(results: list[Evaluation]) -> Iterator[str]:
    return (f"{evaluation.psnr:.2f}" for evaluation in results)


def facts(model: str) -> tuple[str, str]:
    manifest = Store().get("denoise", model).manifest
    parameters = f"{manifest.parameters / 1e6:.2f}" if manifest.parameters else ""
    return parameters, f"{manifest.gmac_per_megapixel:.0f}" if manifest.gmac_per_megapixel else ""


def published(data: str) -> Iterator[list[str]]:
    with (Path(__file__).parent / "published.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["area"] == "denoise" and row["data"] == data]
    for model in dict.fromkeys(row["model"] for row in rows):
        own = {row["setting"]: row for row in rows if row["model"] == model}
        first = next(iter(own.values()))
        values = [f"{float(own[f's{s}']['value']):.2f}" if f"s{s}" in own else "" for s in SIGMAS]
        title = f"{model} (published: {first['source']})"
        yield [data, title, first["parameters_millions"], first["gmac_per_megapixel"], *values]


def table(head: list[str], rows: list[list[str]]) -> str:
    """As markdown, its columns aligned."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    cells = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in [head, *rows]]
    cells.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


if __name__ == "__main__":
    main()
