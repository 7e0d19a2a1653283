"""One call for one picture: relume.denoise, relume.dejpeg, relume.enhance, relume.upscale."""

import functools
import logging
from collections.abc import Hashable
from contextlib import ExitStack
from typing import Any

from relume.run.engine import open_restorer
from relume.run.prepare import Setup, copy, memory_bytes, noted, prepare, usable_cores
from relume.run.restorer import Restorer, run_tiles
from relume.run.route import Wish
from relume.run.source import ImageWriter, Source
from relume.run.store import Store

LOG = logging.getLogger("relume")


def denoise(
    picture: Any,
    *,
    model: str | None = None,
    strength: float = 1.0,
    noise_type: str = "auto",
    sigma: float | None = None,
    mask: Any = None,
    **options: Any,
) -> Any:
    """Less noise, the same picture.

    Args:
        picture: a path, bytes, an Image, an array (uint8, uint16, float; h w, h w 1, h w 3, h w 4) or a PIL picture.
        model: a name of `relume models list`, or an `.onnx` file; None: the default.
        strength: 0 (identical pixels) to 1 (the model's full effect).
        noise_type: "auto", "gaussian", "poisson", "salt_pepper", "real_world".
        sigma: the noise's standard deviation where it is known, in [0, 1] units; None: estimated.
        mask: where to act: an array h w, an Image or a file of the picture's size; 1 (white) fully, 0 not at all.
        options: device, precision, runtime, tile_size, memory_limit, channel_order; and a classical filter's own
            settings, say `model="median", radius=2`.

    Returns:
        What was handed in; a path or bytes give an Image, with notes in `kept.notes`. Where no noise is found, the
        pixels are those that came.

    >>> import numpy as np
    >>> noisy = np.full((16, 16), 128, np.uint8)
    >>> denoise(noisy, model="median").dtype
    dtype('uint8')
    """
    wish = Wish(strength=strength, noise_type=noise_type, sigma=sigma, mask=mask)
    return _restore("denoise", picture, wish, model, **options)


def dejpeg(
    picture: Any,
    *,
    model: str | None = None,
    strength: float = 1.0,
    jpeg_quality: int | None = None,
    mask: Any = None,
    **options: Any,
) -> Any:
    """JPEG's blocks and ringing taken away; arguments as for `denoise`.

    `jpeg_quality`, 1 to 100, is what it was compressed with; None: found out from the file's tables and the pixels.

    >>> import numpy as np
    >>> dejpeg(np.full((16, 16, 3), 128, np.uint8), model="reapply_jpeg", jpeg_quality=10).max()
    np.uint8(128)
    """
    wish = Wish(strength=strength, jpeg_quality=jpeg_quality, mask=mask)
    return _restore("dejpeg", picture, wish, model, **options)


def enhance(picture: Any, *, model: str | None = None, strength: float = 1.0, mask: Any = None, **options: Any) -> Any:
    """Better light and contrast; arguments as for `denoise`.

    >>> import numpy as np
    >>> float(enhance(np.full((4, 4), 0.25, np.float32), model="gamma", strength=0).max())
    0.25
    """
    return _restore("enhance", picture, Wish(strength=strength, mask=mask), model, **options)


def upscale(picture: Any, *, scale: int = 2, model: str | None = None, strength: float = 1.0, **options: Any) -> Any:
    """`scale` times as many pixels on each side; arguments as for `denoise`. Strength 0 is plain bicubic.

    >>> import numpy as np
    >>> upscale(np.zeros((4, 6, 3), np.uint8), scale=2).shape
    (8, 12, 3)
    """
    return _restore("upscale", picture, Wish(strength=strength), model, scale=scale, **options)


def _restore(
    task: str,
    picture: Any,
    wish: Wish,
    model: str | None,
    *,
    scale: int | None = None,
    device: str = "auto",
    precision: str = "auto",
    runtime: str = "onnx",
    tile_size: int | None = None,
    memory_limit: str | int | None = None,
    channel_order: str = "rgb",
    **settings: Any,
) -> Any:
    restorer = _opened(
        stamp=Store().stamp(model or ""),
        settings=tuple(sorted(settings.items())),
        task=task,
        model=model,
        scale=scale,
        device=device,
        precision=precision,
        runtime=runtime,
    )
    setup = Setup(restorer=restorer, tile_size=tile_size, memory_limit=memory_bytes(memory_limit))
    return restore_one(Source.of(picture, channel_order=channel_order), wish, setup)


def restore_one(source: Source, wish: Wish, setup: Setup) -> Any:
    """One picture in this thread: what the engine does for many, tile after tile."""
    with ExitStack() as stack:
        prepared = prepare(source, wish, setup, stack)
        result = ImageWriter(prepared.reader, scale=setup.restorer.manifest.scale)
        for note in prepared.notes:
            LOG.info("%s: %s", source.name, note)
        if prepared.make_job is None:
            if source.unchanged:
                return source.unchanged()
            copy(prepared.reader, result.write)
        else:
            job = prepared.make_job(result.write, lambda _: None)
            for tile in job.tiles():
                job.accept(tile, run_tiles([(job.steps, tile.pixels)])[0])
    return source.back(noted(result.image(), prepared))


@functools.lru_cache(maxsize=4)
def _opened(*, stamp: Hashable, settings: tuple[tuple[str, Any], ...], task: str, **options: Any) -> Restorer:
    """A restorer to use again; `stamp` tells the editions of models apart."""
    # One picture at a time: each run may use all cores.
    return open_restorer(task, threads=usable_cores(), settings=dict(settings), **options)
