import pytest

from relume.errors import BadInputError, UnknownNameError, UnknownOptionError
from relume.make.data.layouts._text import parse
from relume.make.data.layouts.div2k import Div2k
from relume.make.data.layouts.pairs import Pairs
from relume.make.data.layouts.plain import Plain


def test_text_gives_the_layout_with_its_options():
    assert parse("plain") == Plain()
    assert parse("plain:nested=true") == Plain(nested=True)
    assert parse("div2k:scale=4, track=unknown") == Div2k(scale=4, track="unknown")
    assert parse("pairs:clean=gt|sharp") == Pairs(clean=("gt", "sharp"))


def test_what_is_no_layout_says_what_there_is():
    with pytest.raises(UnknownNameError, match="No layout named 'div2'. Did you mean 'div2k'"):
        parse("div2")
    with pytest.raises(UnknownOptionError, match="Layout div2k has no option 'scales'. Did you mean 'scale'"):
        parse("div2k:scales=2")
    with pytest.raises(BadInputError, match="Options look like `scale=2`, but div2k came with 'scale'"):
        parse("div2k:scale")
    with pytest.raises(BadInputError, match="scale is a whole number like 2, but came as 'two'"):
        parse("div2k:scale=two")
    with pytest.raises(BadInputError, match="nested is true or false, but came as 'yes'"):
        parse("plain:nested=yes")
