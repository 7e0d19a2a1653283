"""Camera raw: the sensor's samples, developed plainly into 16-bit sRGB. Read only."""

from io import BufferedIOBase
from typing import Any, ClassVar

from relume.errors import CannotKeepError, UnreadableFileError
from relume.extras import need
from relume.files import _exif, _ifd
from relume.files._limits import Limits
from relume.files._samples import Scale
from relume.files._sniff import RAW_ENDINGS
from relume.files._source import Source
from relume.files._spool import Spool
from relume.files._streams import AbstractFamily, AbstractReader, Plan, Shape, StripReader, Wish
from relume.image import Kept

__all__ = ["CameraRaw"]


class CameraRaw(AbstractFamily):
    """DNG, NEF, CR2, CR3, ARW, ORF, RW2, RAF, PEF through LibRaw (extra `raw`).

    White balance as shot, no automatic brightening, camera colours to sRGB with its curve, 16 bits; turned upright.
    """

    formats: ClassVar[tuple[str, ...]] = ("raw",)
    readable: ClassVar[frozenset[str]] = RAW_ENDINGS
    writable: ClassVar[dict[str, str]] = {}

    def reader(self, source: Source, format: str, *, limits: Limits) -> AbstractReader:
        """The developed picture; its size is checked before it is developed."""
        import io

        rawpy: Any = need("rawpy", extra="raw")
        try:
            with rawpy.imread(str(source.path) if source.path is not None else io.BytesIO(source.read_all())) as raw:
                sizes = raw.sizes
                limits.check_size(max(sizes.height, sizes.raw_height), max(sizes.width, sizes.raw_width))
                limits.check_memory(sizes.raw_height * sizes.raw_width * 16, why="Developing this camera raw")
                samples = raw.postprocess(
                    use_camera_wb=True,
                    no_auto_bright=True,
                    output_bps=16,
                    output_color=rawpy.ColorSpace.sRGB,
                    gamma=(2.4, 12.92),
                )
        except rawpy.LibRawError as error:
            raise UnreadableFileError(
                f"The camera raw file cannot be developed ({_words(error)}). "
                "Get it again, or convert it to DNG or TIFF."
            ) from error
        height, width, _ = samples.shape
        shape = Shape(height=height, width=width, channels=3, has_alpha=False)
        scale = Scale.of("uint16")
        kept = Kept(format="raw", depth="uint16", span=scale.span, exif=_exif_of(source, limits))
        return StripReader(lambda top, rows: samples[top : top + rows], shape, scale, kept)

    def plan(self, kept: Kept, format: str, shape: Shape, wish: Wish) -> Plan:
        """Always refused."""
        raise CannotKeepError("Camera raw is read, but not written. Write TIFF or PNG, which hold its 16 bits.")

    def encode(self, plan: Plan, spool: Spool, out: BufferedIOBase) -> list[str]:
        """Never reached: there is no plan."""
        raise CannotKeepError("Camera raw is read, but not written. Write TIFF or PNG, which hold its 16 bits.")


def _exif_of(source: Source, limits: Limits) -> bytes | None:
    start = _ifd.first(source.read_at)
    if start is None:
        return None
    root = _ifd.directory(source.read_at, start[0], start[2], big=start[1], limit=limits.metadata_bytes)
    return None if root is None else _exif.from_tiff(source.read_at, root, limit=limits.metadata_bytes)


def _words(error: Exception) -> str:
    first = error.args[0] if error.args else error
    return first.decode("latin1") if isinstance(first, bytes) else str(first)
