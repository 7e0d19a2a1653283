"""The denoiser against OpenCV's colour non-local means: quality and speed in the same run.

    python benchmarks/against_nlm.py --data DATA         # DATA/test/Kodak24, and DATA/train/bsds to choose NLM's h on

8-bit pictures with Gaussian noise of sigma 25, clipped and rounded (OpenCV takes nothing else). NLM gets patches of 7
and windows of 21 pixels, and the h and hColor that are best on training pictures. Two threads each, all pictures of a
round one after the other, the two in turns; speeds are those of each one's fastest round.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

import relume
from relume import files
from relume.degrade.gaussian_noise import GaussianNoise
from relume.make.evaluate import degrade
from relume.metrics import METRICS

SKIPPED = 77  # the exit code that `make bench` takes for "not here"
STRENGTHS = (8, 12, 16, 20, 24, 28)
COLOURS = (8, 16, 24, 32, 40)


def main() -> None:
    options = read_options()
    needed = [] if options.data is None else [options.data / "train" / "bsds", options.data / "test" / "Kodak24"]
    if not needed or not all(folder.is_dir() for folder in needed):
        print("This needs --data DATA, a folder with test/Kodak24, and train/bsds to choose NLM's settings on.")
        sys.exit(SKIPPED)
    cv2.setNumThreads(options.threads)
    noise = GaussianNoise(sigma=options.sigma / 255)
    training = noisy(options.data / "train" / "bsds", noise, limit=options.tuning)
    h, h_colour = best_settings(training)
    print(f"NLM on {len(training)} training pictures: best h {h}, hColor {h_colour}")
    pairs = noisy(options.data / "test" / "Kodak24", noise, limit=options.limit)
    megapixels = sum(clean.shape[0] * clean.shape[1] for clean, _ in pairs) / 1e6
    print(
        f"{len(pairs)} pictures of Kodak24, {megapixels:.2f} MP, sigma {options.sigma}, {options.threads} threads each"
    )
    print(f"load of the machine before the start: {os.getloadavg()[0]:.2f}")
    with relume.Engine("denoise", model=options.model, precision="fp32", threads=options.threads) as engine:

        def ours(pictures: list[np.ndarray]) -> list[np.ndarray]:
            return list(engine.process(pictures, noise_type="gaussian", sigma=options.sigma / 255))

        def blind(pictures: list[np.ndarray]) -> list[np.ndarray]:
            return list(engine.process(pictures))

        def theirs(pictures: list[np.ndarray]) -> list[np.ndarray]:
            return [nlm(picture, h, h_colour) for picture in pictures]

        ways = {"OpenCV NLM": theirs, "relume": ours, "relume, blind": blind}
        report(compare(ways, pairs, rounds=options.rounds), megapixels)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="holds test/Kodak24 and train/bsds")
    parser.add_argument("--model", default="balanced")
    parser.add_argument("--sigma", type=float, default=25)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, help="take the first pictures only")
    parser.add_argument("--tuning", type=int, default=8, help="training pictures to choose NLM's settings on")
    return parser.parse_args()


def noisy(folder: Path, noise: GaussianNoise, *, limit: int | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """Clean pictures in float, and the same noisy in 8 bits."""
    paths = sorted(path for path in folder.iterdir() if files.is_readable(path))[:limit]
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for index, path in enumerate(paths):
        clean = files.open(path).pixels
        degraded = degrade(clean, noise, seed=0, index=index)
        pairs.append((clean, np.rint(degraded.clip(0, 1) * 255).astype(np.uint8)))
    return pairs


def nlm(picture: np.ndarray, h: float, h_colour: float) -> np.ndarray:
    bgr = np.ascontiguousarray(picture[..., ::-1])
    return cv2.fastNlMeansDenoisingColored(bgr, None, h, h_colour, 7, 21)[..., ::-1]


def best_settings(pairs: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """First h with an hColor of the same size, then hColor, then the neighbours of both."""

    def quality(h: float, h_colour: float) -> float:
        return statistics.fmean(psnr(nlm(degraded, h, h_colour), clean) for clean, degraded in pairs)

    h = max(STRENGTHS, key=lambda h: quality(h, h))
    h_colour = max(COLOURS, key=lambda h_colour: quality(h, h_colour))
    near = [(h + a, h_colour + b) for a in (-2, 0, 2) for b in (-4, 0, 4)]
    return max(near, key=lambda both: quality(*both))


def psnr(restored: np.ndarray, clean: np.ndarray) -> float:
    return METRICS["psnr"]()(np.ascontiguousarray(restored).astype(np.float32) / 255, clean)


def compare(
    ways: dict[str, Callable[[list[np.ndarray]], list[np.ndarray]]],
    pairs: list[tuple[np.ndarray, np.ndarray]],
    *,
    rounds: int,
) -> dict[str, tuple[float, float]]:
    """PSNR in dB, and seconds of the fastest round, of each way."""
    pictures = [degraded for _, degraded in pairs]
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    quality: dict[str, float] = {}
    for way in ways.values():
        way(pictures[:1])  # caches, threads, memory: the first picture is slower
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            restored = way(pictures)
            seconds[name].append(time.perf_counter() - began)
            quality[name] = statistics.fmean(psnr(one, clean) for one, (clean, _) in zip(restored, pairs, strict=True))
    return {name: (quality[name], min(seconds[name])) for name in ways}


def report(figures: dict[str, tuple[float, float]], megapixels: float) -> None:
    their_quality, their_seconds = figures["OpenCV NLM"]
    print("\n| denoiser      | PSNR dB | MP/s | better by dB | times as fast |")
    print("|---------------|---------|------|--------------|---------------|")
    for name, (quality, seconds) in figures.items():
        gain, ratio = quality - their_quality, their_seconds / seconds
        print(f"| {name:13} | {quality:7.2f} | {megapixels / seconds:4.2f} | {gain:12.2f} | {ratio:13.2f} |")


if __name__ == "__main__":
    main()
