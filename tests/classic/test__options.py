import pytest

from relume.classic._options import above, whole, within
from relume.errors import BadInputError


@pytest.mark.parametrize("value", [-1, 11, float("inf"), float("nan"), "5", True, (5,)])
def test_within_refuses_what_is_outside(value):
    with pytest.raises(BadInputError, match=r"Thing needs size from 0 to 10, but got .*\. Choose another size\."):
        within("Thing", "size", value, low=0, high=10)


@pytest.mark.parametrize("value", [0, float("inf"), "1", True])
def test_above_refuses_the_limit_itself(value):
    with pytest.raises(BadInputError, match=r"Thing needs size greater than 0, but got .*\. Choose another size\."):
        above("Thing", "size", value, limit=0)


@pytest.mark.parametrize("value", [1, 9, 2.5, 2.0, "2", True])
def test_whole_refuses_fractions_and_what_is_outside(value):
    with pytest.raises(BadInputError, match=r"Thing needs size to be a whole number from 2 to 8, but got "):
        whole("Thing", "size", value, low=2, high=8)
