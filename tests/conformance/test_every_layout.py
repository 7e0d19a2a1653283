"""What holds for each layout of data sets, whoever adds one."""

import dataclasses

import pytest

from relume.make.data.layouts import LAYOUTS
from relume.make.data.layouts._text import parse
from relume.make.data.pictures import Pair


@pytest.mark.parametrize("name", LAYOUTS)
class TestEveryLayout:
    def test_is_a_frozen_value_that_works_without_arguments(self, name):
        layout = LAYOUTS[name]()
        assert layout == parse(name)
        assert isinstance(layout.nested, bool)
        with pytest.raises(dataclasses.FrozenInstanceError):
            layout.part = "other"

    def test_every_option_can_be_given_as_text(self, name):
        for field in dataclasses.fields(LAYOUTS[name]):
            value = field.default
            text = "|".join(value) if isinstance(value, tuple) else value
            text = str(text).lower() if isinstance(value, bool) else text
            assert parse(f"{name}:{field.name}={text}") == LAYOUTS[name]()

    def test_is_named_after_its_file(self, name):
        assert LAYOUTS[name].__name__.lower() == name.replace("_", "")

    def test_gives_pairs_of_no_picture_or_says_what_it_expects(self, name):
        try:
            pairs = LAYOUTS[name]()([])
        except ValueError as error:
            assert "is expected" in str(error)  # noqa: PT017
        else:
            assert all(isinstance(pair, Pair) for pair in pairs)
