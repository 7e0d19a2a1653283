import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from skimage import data

from relume.assess import ASSESSORS, assess
from relume.errors import BadInputError
from relume.image import Image


@pytest.fixture(scope="module")
def report():
    return assess(Image(pixels=(data.coffee() / 255).astype(np.float32)))


def test_has_the_findings_of_every_assessor(report):
    assert sorted(report) == sorted(ASSESSORS)
    assert len(report) == len(list(report))


def test_prints_one_aligned_line_for_each(report):
    lines = str(report).splitlines()
    wide = max(map(len, report))
    assert [line[:wide].strip() for line in lines] == list(report)
    assert [line[wide + 2 :] for line in lines] == [report[name].summary for name in report]


def test_json_is_the_dict_with_units_in_the_names(report):
    assert json.loads(report.to_json()) == report.to_dict()
    assert report.to_dict()["resolution"]["height_pixels"] == 400
    assert "blur_radius_pixels" in report.to_dict()["sharpness"]


def test_looking_at_the_catalogue_imports_neither_torch_nor_opencv():
    code = "import sys; from relume.assess import ASSESSORS as a; list(a); print({*sys.modules} & {'torch', 'cv2'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("wrap", [np.asarray, PIL.Image.fromarray])
def test_arrays_and_pil_pictures_are_assessed_as_their_image_is(report, wrap):
    assert assess(wrap(data.coffee())).to_dict() == report.to_dict()


@pytest.mark.parametrize(("thing", "what"), [("a.jpg", "the path a.jpg"), (Path("b"), "the path b"), (b"x", "bytes")])
def test_what_is_not_opened_yet_is_told_how_to(thing, what):
    with pytest.raises(BadInputError, match=rf"{what} came\. Open it first: relume\.assess\(relume\.open\(path\)\)"):
        assess(thing)
