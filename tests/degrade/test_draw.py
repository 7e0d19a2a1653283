import pytest

from relume.degrade._draw import check_choice, check_whole
from relume.degrade._resample import KernelName
from relume.errors import BadInputError


def test_a_choice_is_one_of_its_strings():
    check_choice("kernel", "area", KernelName)
    with pytest.raises(
        BadInputError, match="kernel is one of area, bilinear, bicubic, lanczos, but came as 'areal'. Did"
    ):
        check_choice("kernel", "areal", KernelName)


@pytest.mark.parametrize("value", [0, 17])
def test_a_whole_number_lies_between_its_ends(value):
    check_whole("scale", 4, low=1, high=16)
    with pytest.raises(BadInputError, match=rf"scale is a whole number in \[1, 16\], but came as {value}"):
        check_whole("scale", value, low=1, high=16)
