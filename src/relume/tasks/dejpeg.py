"""What JPEG compression left behind: blocks, ringing at edges, coarse colours."""

from relume.tasks import Task

__all__ = ["DEJPEG"]

DEJPEG = Task(
    name="dejpeg",
    summary="Take JPEG's blocks and ringing away.",
    inputs=("image", "quality"),
    degradation="jpeg:quality=30",
    metrics=("psnr", "ssim"),
    default="balanced",
    baseline="reapply_jpeg",
)
