import numpy as np
import pytest

from relume.cli._sheet import CAPTION, GAP, GROUND, gain_for, places, sheet
from relume.errors import BadInputError, ShapeMismatchError


@pytest.fixture
def photo():
    y, x = np.mgrid[:300, :450] / np.float32(30)
    noise = 0.02 * np.random.default_rng(0).standard_normal((300, 450, 3))
    return (0.5 + 0.3 * (np.sin(x) * np.cos(y))[..., None] + noise).clip(0, 1).astype(np.float32)


def column(picture, index, columns):
    """Column `index` of a sheet, without its caption."""
    room = (picture.shape[1] - GAP) // columns
    return picture[GAP + CAPTION :, GAP + index * room : GAP + index * room + room - GAP]


def test_is_a_picture_in_range_and_about_as_wide_as_asked(photo):
    for width in (1100, 1920):
        picture = sheet(photo, photo * np.float32(0.9), photo, width=width)
        assert picture.dtype == np.float32
        assert picture.shape[2] == 3
        assert 0.85 * width <= picture.shape[1] <= width
        assert picture.min() >= 0
        assert picture.max() <= 1


def test_equal_pictures_leave_the_difference_mid_grey(photo):
    difference = column(sheet(photo, photo.copy(), zooms=0), 2, columns=3)
    inside = difference[:-GAP]
    drawn = inside[~np.isclose(inside, GROUND).all(axis=2)]
    assert len(drawn) > 10_000
    np.testing.assert_allclose(drawn, 0.5, atol=1e-6)


def test_difference_is_after_minus_before_times_its_gain(photo):
    after = photo + np.float32(0.03)
    difference = column(sheet(photo.clip(0, 0.9), after.clip(0, 0.93), zooms=0), 2, columns=3)
    assert np.median(difference[:100]) == pytest.approx(0.5 + 16 * 0.03, abs=0.02)


def test_without_before_the_difference_is_after_minus_clean(photo):
    darker = photo.clip(0.2, 1) - np.float32(0.05)
    difference = column(sheet(None, darker, photo.clip(0.2, 1), zooms=0), 2, columns=3)
    assert np.median(difference[:100]) == pytest.approx(0.5 - 8 * 0.05, abs=0.02)


@pytest.mark.parametrize(("largest", "gain"), [(0.0, 1), (0.001, 64), (0.03, 16), (0.4, 1), (0.9, 1)])
def test_gain_keeps_the_difference_within_the_range(largest, gain):
    assert gain_for(np.full((5, 5, 3), largest, np.float32)) == gain


@pytest.mark.parametrize(("top", "left"), [(20, 30), (150, 400), (270, 10)])
def test_a_planted_change_is_found(photo, top, left):
    changed = photo.copy()
    changed[top : top + 12, left : left + 12] += np.float32(0.3)
    (box,) = places(photo, changed, room=460, count=1)
    assert box.top <= top
    assert box.left <= left
    assert box.top + box.height >= top + 12
    assert box.left + box.width >= left + 12


def test_without_a_change_it_looks_at_structure():
    flat = np.full((300, 300, 3), 0.5, np.float32)
    flat[200:240, 40:80:2] = 0
    (box,) = places(flat, flat, room=460, count=1)
    assert box.top < 220 < box.top + box.height
    assert box.left < 60 < box.left + box.width


@pytest.mark.parametrize("shape", [(300, 450), (64, 64), (2000, 90), (5, 900), (1, 1)])
def test_crops_lie_inside_and_apart(shape):
    rng = np.random.default_rng(0)
    first, second = rng.random((2, *shape, 3)).astype(np.float32)
    boxes = places(first, second, room=460, count=4)
    assert boxes
    covered = np.zeros(shape, int)
    for box in boxes:
        assert box.top >= 0
        assert box.left >= 0
        assert covered[box.window].shape == (box.height, box.width)
        covered[box.window] += 1
    assert covered.max() == 1


def test_crops_show_the_pixels_themselves(photo):
    changed = photo.copy()
    changed[100:112, 200:212] = [1, 0, 1]
    picture = sheet(photo, changed, zooms=1)
    (box,) = places(photo, changed, room=(1920 - 4 * GAP) // 3, count=1)
    factor = (1920 - 4 * GAP) // 3 // box.width
    expected = changed[box.window].repeat(factor, axis=0).repeat(factor, axis=1)[3:-3, 3:-3]
    after = column(picture, 1, columns=3)
    crop = after[-GAP - box.height * factor : -GAP, : box.width * factor][3:-3, 3:-3]
    np.testing.assert_allclose(crop, expected, atol=1e-6)


def test_a_smaller_before_is_enlarged(photo):
    small = photo[::2, ::2]
    assert sheet(small, photo, photo).shape == sheet(photo, photo, photo).shape


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_other_channels_than_rgb_are_shown_in_grey(photo, channels):
    grey = np.repeat(photo[..., :1], channels, axis=2)
    np.testing.assert_allclose(sheet(grey, grey, zooms=1), sheet(*[np.repeat(photo[..., :1], 3, axis=2)] * 2, zooms=1))


@pytest.mark.parametrize("shape", [(1, 1, 3), (4, 700, 1), (900, 6, 3), (9, 9, 3)])
def test_tiny_and_narrow_pictures_are_shown_and_measured(shape):
    clean = np.random.default_rng(0).random(shape).astype(np.float32)
    picture = sheet(clean * np.float32(0.5), clean * np.float32(0.9), clean)
    assert np.isfinite(picture).all()
    assert len(np.unique(picture)) > 20


def test_captions_are_written_where_they_belong(photo):
    picture = sheet(photo, photo, photo * np.float32(0.9))
    caption = picture[GAP : GAP + CAPTION]
    quarters = np.array_split(caption, 4, axis=1)
    assert all((quarter > 0.6).mean() > 0.005 for quarter in quarters)
    assert np.ptp(caption, axis=2).max() < 1e-6
    named = sheet(photo, photo, photo * np.float32(0.9), names=("noisy", "balanced", "truth"))
    assert not np.array_equal(named[GAP : GAP + CAPTION], caption)


def test_one_picture_alone_is_refused(photo):
    with pytest.raises(BadInputError, match="compares two pictures, but only one was given"):
        sheet(None, photo)


def test_too_many_crops_are_refused(photo):
    with pytest.raises(BadInputError, match="A sheet has 0 to 4 zoomed crops, but 5 were asked for"):
        sheet(photo, photo, zooms=5)


def test_a_clean_picture_of_another_size_is_refused(photo):
    with pytest.raises(ShapeMismatchError, match="compares pictures of one shape"):
        sheet(photo, photo, photo[:-1])
