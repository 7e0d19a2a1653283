"""Resolution: more pixels."""

from relume.tasks import Task

__all__ = ["UPSCALE"]

UPSCALE = Task(
    name="upscale",
    summary="Make it larger.",
    inputs=("image",),
    degradation="",
    metrics=("psnr", "ssim"),
    default="lanczos",
    baseline="bicubic",
)
