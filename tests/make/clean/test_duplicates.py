import cv2
import numpy as np
import pytest

from relume.errors import BadInputError
from relume.make.clean import fingerprint
from relume.make.clean.duplicates import Likeness, Member, Search
from relume.make.clean.scan import Thumbs


def search(pictures, *, tests=(), likeness=None, digests=None):
    """Links as (one, other, mirrored, exact) between pictures, the tests after the others."""
    with Thumbs() as thumbs:
        return linked(thumbs, pictures, tests, likeness, digests)


def linked(thumbs, pictures, tests, likeness, digests):
    members = [
        Member(
            (digests or {}).get(place, f"digest {place}"),
            thumbs.add(fingerprint.of(pixels).thumb),
            place >= len(pictures),
        )
        for place, pixels in enumerate([*pictures, *tests])
    ]
    found = Search(members, thumbs, likeness or Likeness()).links()
    return sorted((link.one, link.other, link.mirrored, link.exact) for link in found)


def changed(pixels):
    """Cropped and resized."""
    height, width = pixels.shape[:2]
    part = np.ascontiguousarray(pixels[height // 20 :, : -width // 25])
    return cv2.resize(part, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)


def test_copies_are_found_and_nothing_else(leaves_):
    pictures = [leaves_(seed) for seed in range(8)]
    assert search([*pictures, changed(pictures[2]), changed(pictures[5])]) == [
        (2, 8, False, False),
        (5, 9, False, False),
    ]


def test_a_mirrored_copy_is_found_and_told_as_such(leaves_):
    pictures = [leaves_(seed) for seed in range(4)]
    assert search([*pictures, changed(pictures[1])[:, ::-1]]) == [(1, 4, True, False)]


def test_test_pictures_are_linked_to_the_folder_but_not_to_one_another(leaves_):
    pictures = [leaves_(seed) for seed in range(4)]
    tests = [changed(pictures[3]), leaves_(9), leaves_(9)]
    assert search(pictures, tests=tests) == [(3, 4, False, False)]


def test_equal_bytes_are_linked_without_a_look(leaves_):
    pictures = [leaves_(0), leaves_(1), leaves_(2)]
    links = search(pictures, tests=[leaves_(3)], digests={0: "a", 1: "a", 2: "b", 3: "b"})
    assert links == [(0, 1, False, True), (2, 3, False, True)]


def test_many_copies_hang_together_by_as_few_links_as_that_takes(leaves_):
    assert len(search([leaves_(0)] * 12)) == 11


def test_a_picture_without_a_thumbnail_is_like_no_other(leaves_):
    with Thumbs() as thumbs:
        assert list(Search([Member("a", None), Member("b", None)], thumbs).links()) == []


def test_a_higher_correlation_can_be_asked_for(leaves_):
    pictures = [leaves_(0), changed(leaves_(0))]
    assert search(pictures, likeness=Likeness(correlation=0.5)) == [(0, 1, False, False)]
    assert search(pictures, likeness=Likeness(correlation=0.999)) == []


@pytest.mark.parametrize("options", [{"correlation": 0}, {"bits": 17}, {"contrast": 0}, {"candidates": 0}])
def test_limits_without_sense_are_refused(options):
    with pytest.raises(BadInputError, match="Likeness needs a correlation above 0"):
        Likeness(**options)
