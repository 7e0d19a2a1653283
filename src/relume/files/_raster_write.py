"""Rasters through libvips: strips in, an encoded file out, metadata put in by our own hand."""

from io import BufferedIOBase
from typing import Any

from relume.errors import WriteError
from relume.files import _exif, _jpeg, _png, _tiff, _webp
from relume.files._spool import Spool
from relume.files._streams import Plan
from relume.files._vips import reason_of, vips
from relume.image import Kept

_FORMATS = {"uint8": "uchar", "uint16": "ushort", "float32": "float"}
_BIG_TIFF = 3_500_000_000  # raw bytes above which 4 GB of offsets might not do


def encode(plan: Plan, spool: Spool, out: BufferedIOBase) -> list[str]:
    """Write the file's bytes; returns what turned out not to fit."""
    kept, notes = _settled(plan)
    writer = {"jpeg": _jpeg_file, "png": _png_file, "webp": _webp_file, "tiff": _tiff_file, "avif": _avif_file}
    try:
        notes += writer[plan.format](plan, kept, _picture(plan, spool), out)
    except vips().Error as error:
        raise WriteError(
            f"The picture could not be encoded ({reason_of(error)}). Check the disk's free space."
        ) from error
    return notes


class _Head:
    """Passes an encoder's bytes on, with its first ones rewritten once they are complete."""

    def __init__(self, out: BufferedIOBase, complete: Any, rewrite: Any) -> None:
        self._out, self._complete, self._rewrite = out, complete, rewrite
        self._head: bytearray | None = bytearray()
        self.error: BaseException | None = None

    def take(self, data: Any) -> int:
        try:
            if self._head is None:
                self._out.write(data)
            else:
                head = self._head
                head.extend(data)
                if self._complete(bytes(head)):
                    self.finish()
        except Exception as error:  # noqa: BLE001  (must not travel through C; raised again behind it)
            self.error = error
            return -1
        return len(data)

    def finish(self) -> None:
        if self._head is not None:
            self._out.write(self._rewrite(bytes(self._head)))
            self._head = None


def _settled(plan: Plan) -> tuple[dict[str, Any], list[str]]:
    kept, notes = plan.kept, list[str]()
    exif = kept.exif
    if exif is not None:
        exif, thumbnail = _exif.settle(exif, height=plan.shape.height, width=plan.shape.width)
        if thumbnail:
            notes.append("The EXIF thumbnail was taken out: it showed the picture as it was.")
    xmp = None if kept.xmp is None else _exif.settle_xmp(kept.xmp)
    return {"exif": exif, "xmp": xmp, "icc": kept.icc, "iptc": kept.iptc, "dpi": kept.dpi}, notes


def _picture(plan: Plan, spool: Spool) -> Any:
    height, width, bands = spool.shape
    format = _FORMATS[plan.scale.dtype.name]
    kind = _interpretation(plan)
    if spool.path is not None:
        spool.flush()
        picture = vips().Image.tiffload(str(spool.path), access="sequential")
        return picture.copy(interpretation=kind)
    picture = vips().Image.new_from_memory(spool.array().data, width, height, bands, format)
    return picture.copy(interpretation=kind)


def _interpretation(plan: Plan) -> str:
    if plan.kept.colour in ("cmyk", "other"):
        return {"cmyk": "cmyk", "other": "multiband"}[plan.kept.colour]
    kinds = {"uint8": ("b-w", "srgb"), "uint16": ("grey16", "rgb16"), "float32": ("b-w", "scrgb")}
    return kinds[plan.scale.dtype.name][plan.kept.colour == "rgb"]


def _attributes(kept: Kept, name: str) -> list[Any]:
    return kept.attributes.get(name, []) if isinstance(kept.attributes, dict) else []


def _through(head: _Head, save: Any, **options: Any) -> None:
    target = vips().TargetCustom()
    target.on_write(head.take)
    try:
        save(target, **options)
    except vips().Error:
        if head.error is not None:
            raise head.error from None
        raise
    if head.error is not None:
        raise head.error
    head.finish()


def _jpeg_file(plan: Plan, kept: dict[str, Any], picture: Any, out: BufferedIOBase) -> list[str]:
    dpi = kept.pop("dpi")
    segments, notes = _jpeg.segments_of(**kept, comments=_attributes(plan.kept, "comments"))
    head = _Head(out, lambda data: len(data) > 64, lambda data: _jpeg.graft(data, segments, dpi=dpi))
    subsample = "on" if plan.wish.chroma == "4:2:0" else "off"
    _through(
        head, picture.jpegsave_target, Q=plan.wish.quality, subsample_mode=subsample, optimize_coding=True, keep="none"
    )
    return notes


def _png_file(plan: Plan, kept: dict[str, Any], picture: Any, out: BufferedIOBase) -> list[str]:
    del kept["iptc"]
    chunks = _png.chunks_of(**kept, others=_attributes(plan.kept, "chunks"))
    head = _Head(out, lambda data: _png.pixels_at(data) is not None, lambda data: _png.graft(data, chunks))
    _through(head, picture.pngsave_target, compression=6, filter="all", keep="none")
    return []


def _webp_file(plan: Plan, kept: dict[str, Any], picture: Any, out: BufferedIOBase) -> list[str]:
    options: dict[str, Any] = {"lossless": bool(plan.wish.lossless), "Q": plan.wish.quality, "keep": "none"}
    if plan.wish.lossless:
        options |= {"exact": True, "Q": 75}  # colours under full transparency too; Q is effort here
    elif plan.wish.chroma == "4:4:4":
        options["smart_subsample"] = True  # WebP itself has only 4:2:0; this makes the best of it
    data = picture.webpsave_buffer(**options)
    shape, tags = plan.shape, {name: kept[name] for name in ("icc", "exif", "xmp")}
    out.write(_webp.graft(data, height=shape.height, width=shape.width, has_alpha=shape.has_alpha, **tags))
    return []


def _tiff_file(plan: Plan, kept: dict[str, Any], picture: Any, out: BufferedIOBase) -> list[str]:
    shape, dtype = plan.shape, plan.scale.dtype
    compression = plan.kept.compression if plan.kept.compression in ("none", "lzw", "packbits") else "deflate"
    # The horizontal predictor is for whole numbers; few programs read the one for floats.
    predictor = "none" if dtype.kind == "f" or compression in ("none", "packbits") else "horizontal"
    big = shape.height * shape.width * shape.bands * dtype.itemsize > _BIG_TIFF
    target = vips().TargetCustom()
    errors: list[OSError] = []
    target.on_write(_guarded(out.write, errors))
    target.on_read(_guarded(out.read, errors))
    target.on_seek(_guarded(out.seek, errors))
    try:
        picture.tiffsave_target(target, compression=compression, predictor=predictor, bigtiff=big, keep="none")
    except vips().Error:
        if errors:
            raise errors[0] from None
        raise
    associated = isinstance(plan.kept.attributes, dict) and plan.kept.attributes.get("associated") and shape.has_alpha
    _tiff.graft(out, {**kept, "associated": associated})
    return []


def _guarded(function: Any, errors: list[OSError]) -> Any:
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except OSError as error:  # must not travel through C
            errors.append(error)
            return -1

    return call


def _avif_file(plan: Plan, kept: dict[str, Any], picture: Any, out: BufferedIOBase) -> list[str]:
    for field, name in (("exif", "exif-data"), ("xmp", "xmp-data"), ("icc", "icc-profile-data")):
        if kept[field] is not None:
            body = b"Exif\0\0" + kept[field] if field == "exif" else kept[field]
            picture = picture.copy()
            picture.set_type(vips().GValue.blob_type, name, body)
    bits = plan.kept.bits if plan.scale.dtype.itemsize == 2 else 8
    data = picture.heifsave_buffer(
        compression="av1",
        bitdepth=bits,
        Q=plan.wish.quality,
        lossless=bool(plan.wish.lossless),
        subsample_mode="on" if plan.wish.chroma == "4:2:0" else "off",
        effort=4,
    )
    out.write(data)
    return []
