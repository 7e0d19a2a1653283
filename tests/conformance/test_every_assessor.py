import json
import tracemalloc
from dataclasses import asdict, fields, is_dataclass

import numpy as np
import pytest

from relume.assess import ASSESSORS
from relume.image import Image


def picture(height, width, channels):
    return Image(pixels=np.random.default_rng(0).random((height, width, channels), dtype=np.float32))


@pytest.mark.parametrize("name", ASSESSORS)
class TestEveryAssessor:
    @pytest.mark.parametrize("shape", [(1, 1, 3), (1, 70, 1), (7, 7, 2), (40, 60, 4), (200, 150, 3)])
    def test_says_something_finite_about_any_picture(self, name, shape):
        found = ASSESSORS[name]()(picture(*shape))
        assert found.summary
        assert "\n" not in found.summary
        json.dumps(asdict(found), allow_nan=False)

    def test_leaves_the_picture_alone(self, name):
        image = picture(64, 64, 3)
        before = image.pixels.copy()
        ASSESSORS[name]()(image)
        assert np.array_equal(image.pixels, before)

    def test_is_a_value_that_finds_the_same_again(self, name):
        assessor = ASSESSORS[name]
        assert assessor() == assessor()
        assert assessor()(picture(100, 90, 3)) == assessor()(picture(100, 90, 3))

    def test_documents_each_finding(self, name):
        found = ASSESSORS[name]()(picture(32, 32, 3))
        assert is_dataclass(found)
        told = type(found).__doc__ or ""
        assert [
            field.name
            for field in fields(found)
            if f"{field.name}:" not in told and field.name not in ("height", "width")
        ] == []

    def test_memory_stays_bounded_on_a_large_picture(self, name):
        pixels = np.broadcast_to(np.random.default_rng(0).random((1, 5000, 1), dtype=np.float32), (5000, 5000, 3))
        tracemalloc.start()
        try:
            ASSESSORS[name]()(Image(pixels=pixels))
            assert tracemalloc.get_traced_memory()[1] < 250e6  # the picture itself would be 300e6
        finally:
            tracemalloc.stop()
