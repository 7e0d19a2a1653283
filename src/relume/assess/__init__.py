"""Assessors, one file each: values that look at an image and return findings."""

from relume.assess._report import Report
from relume.catalog import Catalog
from relume.image import Image

ASSESSORS = Catalog("assessor", __name__)


def assess(image: Image) -> Report:
    """What every assessor finds in the picture.

    >>> import numpy as np
    >>> report = assess(Image(pixels=np.zeros((2, 2, 3), np.float32)))
    >>> report["noise"].summary
    'too small to tell'
    """
    return Report({name: ASSESSORS[name]()(image) for name in sorted(ASSESSORS)})
