"""Writes the pictures of this folder: computed scenes, degraded as cameras, scanners and transmission degrade them.

    python examples/make_examples.py

Everything is drawn from fixed seeds. The truth of each lies in truth/ under the same stem.
"""

from pathlib import Path

import numpy as np
import pyvips
from _scenes import balloon, brick_wall, landscape, postcard, still_life

from relume import files
from relume.image import Image, Kept

HERE = Path(__file__).parent
TRUTH = HERE / "truth"


def main() -> None:
    """All five pictures, and the truth of each."""
    TRUTH.mkdir(exist_ok=True)
    colour_photo()
    deep_scan()
    old_postcard()
    phone_photo()
    cut_out()


def colour_photo() -> None:
    """A camera at high ISO: shot and read noise, in a JPEG."""
    rng = np.random.default_rng(1)
    clean = _levels(landscape(600, 900, rng), 8)
    save_truth(clean, "lake.png")
    picture = _exif(_picture(_sensor(clean, rng, shot=0.012, read=0.022), 8), "Computed lake at dusk")
    picture.jpegsave(str(HERE / "lake.jpg"), Q=95, subsample_mode="off", keep="exif")


def deep_scan() -> None:
    """A 16-bit scan with an ICC profile, EXIF and 300 dpi."""
    rng = np.random.default_rng(1)
    clean = _levels(still_life(400, 540, rng), 16)
    _save_scan(clean, TRUTH / "oranges.tif")
    noisy = _levels(_sensor(clean, rng, shot=0.004, read=0.03), 16)
    _save_scan(noisy, HERE / "oranges.tif")


def old_postcard() -> None:
    """A grey card from a bad line: one pixel in twenty is black or white."""
    rng = np.random.default_rng(1)
    clean = _levels(postcard(480, 720, rng), 8)
    save_truth(clean, "postcard.png")
    chance = rng.random(clean.shape)
    noisy = np.where(chance < 0.025, 0, np.where(chance > 0.975, 1, clean))
    _picture(noisy, 8).pngsave(str(HERE / "postcard.png"), compression=9, keep="none")


def phone_photo() -> None:
    """A phone held upright: the pixels lie on their side, EXIF says so, and knows where it was."""
    rng = np.random.default_rng(1)
    clean = _levels(brick_wall(720, 540, rng), 8)
    save_truth(clean, "window.png")
    noisy = _picture(_sensor(clean, rng, shot=0.008, read=0.03), 8).rot270()
    picture = _exif(noisy, "Computed window in the evening", orientation=6).copy()
    picture.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitudeRef", "N (N)")
    picture.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLatitude", "47/1 22/1 30/1")
    picture.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLongitudeRef", "E (E)")
    picture.set_type(pyvips.GValue.gstr_type, "exif-ifd3-GPSLongitude", "8/1 32/1 30/1")
    picture.jpegsave(str(HERE / "window.jpg"), Q=93, subsample_mode="on", keep="exif")


def cut_out() -> None:
    """A PNG to lay over something else: noise in its colours, none in its alpha."""
    rng = np.random.default_rng(1)
    colours, alpha = balloon(480, 400, rng)
    clean = _levels(colours * (alpha[..., None] > 0), 8)
    save_truth(np.concatenate([clean, _levels(alpha[..., None], 8)], axis=2), "balloon.png")
    noisy = np.where(alpha[..., None] > 0, _sensor(clean, rng, shot=0.006, read=0.035), 0)
    picture = _picture(np.concatenate([noisy, alpha[..., None]], axis=2), 8)
    picture.pngsave(str(HERE / "balloon.png"), compression=9, keep="none")


def save_truth(clean: np.ndarray, name: str) -> None:
    """As an 8-bit PNG."""
    path = str(TRUTH / name)
    _picture(clean, 8).pngsave(path, compression=9, filter=pyvips.enums.ForeignPngFilter.ALL, keep="none")


def _sensor(clean: np.ndarray, rng: np.random.Generator, *, shot: float, read: float) -> np.ndarray:
    return clean + np.sqrt(shot * clean + read**2) * rng.standard_normal(clean.shape)


def _levels(pixels: np.ndarray, bits: int) -> np.ndarray:
    peak = 2**bits - 1
    return np.round(np.clip(pixels.astype(np.float64), 0, 1) * peak) / peak


def _picture(pixels: np.ndarray, bits: int) -> pyvips.Image:
    values = np.round(np.clip(pixels, 0, 1) * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
    picture = pyvips.Image.new_from_array(values)
    bands = values.shape[2]
    spaces = {(1, 8): "b-w", (1, 16): "grey16", (3, 8): "srgb", (4, 8): "srgb", (3, 16): "rgb16"}
    return picture.copy(interpretation=spaces[bands, bits], xres=300 / 25.4, yres=300 / 25.4)


def _exif(picture: pyvips.Image, description: str, *, orientation: int = 1) -> pyvips.Image:
    picture = picture.copy()
    for name, value in {
        "exif-ifd0-ImageDescription": description,
        "exif-ifd0-Make": "relume",
        "exif-ifd0-Model": "make_examples",
        "exif-ifd2-ISOSpeedRatings": "6400",
        "exif-ifd2-ExposureTime": "1/60",
    }.items():
        picture.set_type(pyvips.GValue.gstr_type, name, value)
    picture.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return picture


def _save_scan(pixels: np.ndarray, path: Path) -> None:
    # libvips writes no EXIF into TIFF files; relume does.
    carrier = _exif(_picture(pixels[:8, :8], 8), "Computed oranges on a table").jpegsave_buffer(keep="exif")
    exif = pyvips.Image.jpegload_buffer(carrier).get("exif-data").removeprefix(b"Exif\0\0")
    profile = pyvips.Image.profile_load("srgb")
    kept = Kept(
        format="tiff", depth="uint16", span=(0, 65535), icc=profile, exif=exif, dpi=(300, 300), compression="deflate"
    )
    files.save(Image(pixels=pixels.astype(np.float32), kept=kept), path)


if __name__ == "__main__":
    main()
