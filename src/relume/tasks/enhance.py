"""Light and contrast: too dark, too flat, too soft."""

from relume.tasks import Task

__all__ = ["ENHANCE"]

ENHANCE = Task(
    name="enhance",
    summary="Better light, contrast and sharpness.",
    inputs=("image",),
    degradation="",
    metrics=("psnr", "ssim"),
    default="retinex",  # natural on well-lit photos, and the one that opens dark ones
    baseline="clahe",
)
