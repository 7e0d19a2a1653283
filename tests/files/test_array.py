""".npy against NumPy."""

import io
from pathlib import Path

import numpy as np
import pytest

from relume import files
from relume.errors import CannotKeepError, TooLargeError, UnreadableFileError
from relume.files import Limits


def npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "f2", "f4", ">f4", "f8"])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4), (5, 7, 6)])
def test_type_and_axes_come_back(dtype: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    values = (
        rng.integers(0, 200, shape).astype(dtype) if "u" in dtype else rng.normal(size=shape).astype("f2").astype(dtype)
    )
    image = files.open(npy(values))
    files.save(image, tmp_path / "x.npy")
    back = np.load(tmp_path / "x.npy")
    assert (back.dtype, back.shape) == (values.dtype, values.shape)
    np.testing.assert_array_equal(back, values)
    scale = {"u1": 255, "u2": 65535}.get(dtype[-2:], 1)
    channels = 3 if shape[-1] == 4 else None
    expected = (np.atleast_3d(values).astype(np.float32) / np.float32(scale))[..., :channels]
    np.testing.assert_array_equal(image.pixels, expected)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (npy(np.zeros((4, 4), np.int64)), "is uint8, uint16 or float, but this one holds int64. Convert it"),
        (npy(np.zeros((4, 4), bool)), "holds bool"),
        (npy(np.zeros(9)), r"has the shape h w.*but this one has \(9,\)"),
        (npy(np.asfortranarray(np.zeros((4, 5)))), "in Fortran order.*Save np.ascontiguousarray"),
        (npy(np.zeros((40, 50)))[:-9], r"cut short: 16,128 bytes were expected, but there are 16,119"),
        (npy(np.zeros((4, 4)))[:40], "header of the .npy file is broken"),
        (b"\x93NUMPY\x09\x00" + bytes(99), "broken .*version 9"),
    ],
)
def test_other_arrays_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFileError, match=words):
        files.open(data)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    out = io.BytesIO()
    np.save(out, np.array([[Bomb()]], dtype=object), allow_pickle=True)
    with pytest.raises(UnreadableFileError, match="holds object"):
        files.open(out.getvalue())
    assert not (tmp_path / "exploded").exists()


def test_size_is_checked_in_the_header() -> None:
    head = npy(np.zeros((4, 4), np.uint8)).replace(b"(4, 4), }      ", b"(9999, 9999), }")
    with pytest.raises(TooLargeError, match="1,000,000 pixels"):
        files.open(head, limits=Limits(pixels=1_000_000))


def test_colour_that_npy_does_not_know_is_refused() -> None:
    from relume.image import Image, Kept

    ink = Image(pixels=np.zeros((2, 2, 4), np.float32), kept=Kept(colour="cmyk"))
    with pytest.raises(CannotKeepError, match=".npy has no CMYK colour"):
        files.encode(ink, "npy")
