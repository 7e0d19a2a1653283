"""Arrays and PIL pictures in, the same out."""

import io
import itertools
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image as Pillow

from relume.errors import BadInputError
from relume.image import Box, Image, Kept

TYPES = ["uint8", "uint16", "float16", "float32", "float64"]
SHAPES = [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)]


def _array(shape: tuple[int, ...], name: str) -> np.ndarray:
    rng = np.random.default_rng(3)
    if name.startswith("u"):
        return rng.integers(0, np.iinfo(name).max + 1, shape).astype(name)
    return rng.normal(0.5, 1.0, shape).astype(np.float32).astype(name)


@pytest.mark.parametrize(("name", "shape", "order"), list(itertools.product(TYPES, SHAPES, ["rgb", "bgr"])))
def test_an_array_comes_back_as_it_was(name: str, shape: tuple[int, ...], order: str) -> None:
    array = _array(shape, name)
    image = Image.from_array(array, channel_order=order)
    for back in (image.to_array(), image.to_array(like=array)):
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)


def test_every_value_of_uint16_survives() -> None:
    array = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(Image.from_array(array).to_array(), array)


def test_blue_first_arrays_are_red_first_inside() -> None:
    blue = np.zeros((2, 2, 3), np.uint8)
    blue[..., 0] = 255
    assert Image.from_array(blue, channel_order="bgr").pixels[0, 0].tolist() == [0, 0, 1]


def test_alpha_is_apart_and_not_turned_with_the_order() -> None:
    array = _array((4, 6, 4), "uint8")
    image = Image.from_array(array, channel_order="bgr")
    assert image.alpha is not None
    np.testing.assert_array_equal(np.rint(image.alpha * 255), array[..., 3])
    np.testing.assert_array_equal(np.rint(image.pixels * 255), array[..., 2::-1])


def test_restored_pixels_are_clipped_and_rounded_only_for_integers() -> None:
    image = Image.from_array(np.zeros((1, 2), np.uint8)).replace(np.array([[[-0.5], [1.7]]], np.float32))
    assert image.to_array().tolist() == [[0, 255]]
    image = Image.from_array(np.zeros((1, 2), np.float32)).replace(np.array([[[-0.5], [1.75]]], np.float32))
    assert image.to_array().tolist() == [[-0.5, 1.75]]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_a_pil_picture_comes_back_as_it_was(mode: str) -> None:
    bands = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}.get(mode, 1)
    name = {"I;16": "uint16", "F": "float32"}.get(mode, "uint8")
    array = _array((5, 7, bands) if bands > 1 else (5, 7), name)
    picture = Pillow.frombytes(mode, (7, 5), array.tobytes())
    picture.info["dpi"] = (300, 300)
    image = Image.from_array(picture)
    back = image.to_array(like=picture)
    assert (back.mode, back.size, back.info) == (picture.mode, picture.size, picture.info)
    np.testing.assert_array_equal(np.asarray(back), np.asarray(picture))
    assert image.kept.dpi == (300, 300)


def test_a_palette_becomes_plain_colour() -> None:
    picture = Pillow.frombytes("RGB", (7, 5), _array((5, 7, 3), "uint8").tobytes()).quantize(8)
    back = Image.from_array(picture).to_array(like=picture)
    np.testing.assert_array_equal(np.asarray(back), np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (
            np.zeros((4, 4), bool),
            r"uint8, uint16 or float was expected, but it is bool. Hand in array.astype\(np.uint8\)",
        ),
        (np.zeros((4, 4), np.int32), r"but it is int32. Hand in array.astype\(np.uint16\) or floats"),
        (np.zeros((4, 4), complex), "but it is complex128"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"but it is \(2, 4, 4, 3\). Hand in one picture at a time"),
        (np.zeros((4, 4, 2), np.uint8), r"but it is \(4, 4, 2\)"),
        (np.zeros((0, 4), np.uint8), r"but it is \(0, 4\)"),
        ([[1, 2]], "but a list came. What relume.denoise and its like take is a path"),
        (Pillow.new("LAB", (2, 2)), "but it is in LAB. Convert it first"),
    ],
)
def test_other_things_are_refused_with_a_next_step(array: object, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        Image.from_array(array)


def test_an_unknown_channel_order_is_refused() -> None:
    with pytest.raises(BadInputError, match='channel_order is "rgb" or "bgr", but came as \'gbr\''):
        Image.from_array(np.zeros((2, 2), np.uint8), channel_order="gbr")


def test_integers_do_not_hold_nan() -> None:
    image = Image.from_array(np.zeros((1, 1), np.uint8)).replace(np.full((1, 1, 1), np.nan, np.float32))
    with pytest.raises(BadInputError, match="uint8 holds numbers only"):
        image.to_array()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("Image(pixels=np.zeros((2, 2), np.uint8))", "float32 of shape h w c, but came as uint8 of shape (2, 2)"),
        (
            "Image(pixels=np.zeros((2, 2, 1), np.float32), alpha=np.zeros((3, 2), np.float32))",
            "Alpha is (3, 2), but the picture is (2, 2)",
        ),
    ],
)
def test_wrong_pixels_and_alpha_are_refused(call: str, words: str) -> None:
    # In a process of its own: in here the type checker of the tests would be faster.
    code = f"import numpy as np\nfrom relume.image import Image\n{call}"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "BadInputError" in done.stderr
    assert words in done.stderr


def test_pillow_is_not_imported_for_arrays() -> None:
    code = (
        "import sys, numpy, relume.image as i; i.Image.from_array(numpy.zeros((2, 2))); assert 'PIL' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_box_of_a_larger_picture() -> None:
    assert np.zeros((9, 9))[Box(1, 2, 3, 4).window].shape == (3, 4)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((2, 3), np.uint8), "<Image 3x2 grey uint8 array>"),
        (np.zeros((2, 3, 3), np.uint16), "<Image 3x2 RGB uint16 array>"),
        (np.zeros((2, 3, 4), np.float32), "<Image 3x2 RGB alpha float32 array>"),
    ],
)
def test_repr_is_one_line_without_pixels(array: np.ndarray, said: str) -> None:
    assert repr(Image.from_array(array)) == said


def test_repr_names_the_format_and_channels_without_a_colour() -> None:
    image = Image(pixels=np.zeros((2, 3, 5), np.float32), kept=Kept(format="tiff", depth="uint16"))
    assert repr(image) == "<Image 3x2 5 channels uint16 tiff>"


@pytest.mark.parametrize("name", TYPES)
def test_numpy_sees_the_array_that_it_was(name: str) -> None:
    array = _array((5, 7, 4), name)
    seen = np.asarray(Image.from_array(array))
    assert seen.dtype == array.dtype
    np.testing.assert_array_equal(seen, array)
    assert np.asarray(Image.from_array(array), dtype=np.float64).dtype == np.float64


def test_an_array_without_a_copy_is_refused() -> None:
    with pytest.raises(ValueError, match="always a copy"):
        np.array(Image.from_array(np.zeros((2, 3), np.uint8)), copy=False)


def test_what_is_no_array_is_told_what_the_functions_take() -> None:
    with pytest.raises(BadInputError, match="but a BytesIO came. .* take is a path, bytes, an Image, a NumPy array"):
        Image.from_array(io.BytesIO())
