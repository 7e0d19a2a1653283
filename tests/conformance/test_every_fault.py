import json
import math
from dataclasses import asdict, fields

import numpy as np
import pytest

from relume.errors import BadInputError
from relume.image import Image
from relume.make._pictures import dead_leaves
from relume.make.clean.faults import FAULTS
from relume.make.clean.faults._view import View

GOOD = dead_leaves(160, 208, seed=0)
BAD = {
    "flat": np.full((64, 64, 3), 0.02, np.float32),
    "white": np.ones((100, 100, 1), np.float32),
    "noise": np.random.default_rng(0).random((120, 120, 3), np.float32),
    "tiny": np.full((1, 3, 3), 0.5, np.float32),
    "deep": np.full((20, 200, 5), 0.3, np.float32),
}


@pytest.mark.parametrize("name", FAULTS)
class TestEveryFault:
    def test_a_good_picture_has_none(self, name):
        assert FAULTS[name]()(View(Image(pixels=GOOD))) is None

    @pytest.mark.parametrize("bad", BAD)
    def test_any_picture_gets_a_finding_of_its_name_in_one_line_or_none(self, name, bad):
        found = FAULTS[name]()(View(Image(pixels=BAD[bad])))
        if found is not None:
            assert found.kind == name
            assert found.reason
            assert "\n" not in found.reason
            assert None not in (found.value, found.limit)
            json.dumps(asdict(found), allow_nan=False)

    def test_leaves_the_picture_alone(self, name):
        pixels = GOOD.copy()
        FAULTS[name]()(View(Image(pixels=pixels)))
        assert (pixels == GOOD).all()

    def test_is_a_value_whose_limits_are_documented_and_checked(self, name):
        fault = FAULTS[name]
        assert fault() == fault()
        assert fields(fault)
        for limit in fields(fault):
            assert f"{limit.name}:" in fault.__doc__
            with pytest.raises(BadInputError, match=f"{fault.__name__} needs {limit.name} above 0 and up to"):
                fault(**{limit.name: 0})
            with pytest.raises(BadInputError, match="Choose another, or leave the usual one"):
                fault(**{limit.name: math.inf})


def test_a_view_takes_each_measure_once(monkeypatch):
    from relume.make.clean.faults import _view

    taken = []
    measure = _view.Noise.__call__
    monkeypatch.setattr(_view.Noise, "__call__", lambda self, image: taken.append(1) or measure(self, image))
    view = View(Image(pixels=GOOD))
    assert [FAULTS[name]()(view) for name in FAULTS] == [None] * len(FAULTS)
    assert len(taken) == 1
