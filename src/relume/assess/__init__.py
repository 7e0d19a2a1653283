"""Assessors, one file each: values that look at an image and return findings."""

from pathlib import Path
from typing import Any

from relume.assess._report import Report
from relume.catalog import Catalog
from relume.errors import BadInputError
from relume.image import Image

ASSESSORS = Catalog("assessor", __name__)


def assess(picture: Any) -> Report:
    """What every assessor finds in the picture: an Image, an array or a PIL picture.

    >>> import numpy as np
    >>> report = assess(Image(pixels=np.zeros((2, 2, 3), np.float32)))
    >>> report["noise"].summary
    'too small to tell'
    """
    if isinstance(picture, str | Path | bytes):
        what = "bytes" if isinstance(picture, bytes) else f"the path {picture}"
        raise BadInputError(
            f"An Image, an array or a PIL picture is assessed, but {what} came. "
            "Open it first: relume.assess(relume.open(path))."
        )
    image = picture if isinstance(picture, Image) else Image.from_array(picture)
    return Report({name: ASSESSORS[name]()(image) for name in sorted(ASSESSORS)})
