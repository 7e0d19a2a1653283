"""Noise: of sensors, of high ISO, of scans, of transmission."""

from relume.tasks import Task

__all__ = ["DENOISE"]

DENOISE = Task(
    name="denoise",
    summary="Take noise away and keep the detail.",
    inputs=("image", "sigma"),
    degradation="gaussian_noise:sigma=25/255",
    metrics=("psnr", "ssim"),
    default="balanced",
    baseline="nlm",
)
