"""JPEG, PNG, WebP, TIFF, AVIF, GIF and BMP."""

from io import BufferedIOBase
from typing import ClassVar

from relume.files._limits import Limits
from relume.files._source import Source
from relume.files._spool import Spool
from relume.files._streams import AbstractFamily, AbstractReader, Plan, Shape, Wish
from relume.image import Kept

__all__ = ["Raster"]


class Raster(AbstractFamily):
    """Pictures of cameras, scanners and the web, through libvips; BMP through OpenCV.

    Lossless formats give back the samples that went in, exactly. GIF is only read: 256 colours hold no restored one.
    """

    formats: ClassVar[tuple[str, ...]] = ("jpeg", "png", "webp", "tiff", "avif", "gif", "bmp")
    readable: ClassVar[frozenset[str]] = frozenset(
        {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".tif", ".tiff", ".avif", ".gif", ".bmp", ".dib"}
    )
    writable: ClassVar[dict[str, str]] = {
        ".jpg": "jpeg",
        ".jpeg": "jpeg",
        ".jpe": "jpeg",
        ".jfif": "jpeg",
        ".png": "png",
        ".webp": "webp",
        ".tif": "tiff",
        ".tiff": "tiff",
        ".avif": "avif",
        ".bmp": "bmp",
        ".dib": "bmp",
    }

    def reader(self, source: Source, format: str, *, limits: Limits) -> AbstractReader:
        """The picture as strips; its size is checked first."""
        from relume.files import _bmp, _raster_read

        if format == "bmp":
            return _bmp.open_bmp(source, limits=limits)
        return _raster_read.open_raster(source, format, limits=limits)

    def plan(self, kept: Kept, format: str, shape: Shape, wish: Wish) -> Plan:
        """How to write it. Raises CannotKeepError where the format cannot hold depth, alpha, colour or size."""
        from relume.files import _raster_plan

        return _raster_plan.plan(kept, format, shape, wish)

    def encode(self, plan: Plan, spool: Spool, out: BufferedIOBase) -> list[str]:
        """Write the file's bytes; returns what turned out not to fit."""
        from relume.files import _bmp, _raster_write

        if plan.format == "bmp":
            _bmp.encode_bmp(spool.array(), plan.kept.dpi, out)
            return []
        return _raster_write.encode(plan, spool, out)
