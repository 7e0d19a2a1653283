"""A layout as text, as recipes hold it: `div2k:scale=4,part=valid`."""

import dataclasses
from typing import Any

from relume.errors import BadInputError, UnknownOptionError
from relume.make.data.layouts import LAYOUTS


def parse(text: str) -> Any:
    """The layout of a name, and of options where there are some; lists are separated by a bar.

    >>> parse("div2k:scale=4").scale
    4
    >>> parse("pairs:degraded=noisy|blurred").degraded
    ('noisy', 'blurred')
    """
    name, _, rest = text.partition(":")
    entry = LAYOUTS[name.strip()]
    usual = {field.name: field.default for field in dataclasses.fields(entry)}
    options: dict[str, Any] = {}
    for item in filter(None, (piece.strip() for piece in rest.split(","))):
        option, equals, value = (piece.strip() for piece in item.partition("="))
        if not equals or not value:
            raise BadInputError(f"Options look like `scale=2`, but {name} came with {item!r}.")
        if option not in usual:
            raise UnknownOptionError(f"Layout {name}", option, usual)
        options[option] = _value(option, value, like=usual[option])
    return entry(**options)


def _value(option: str, text: str, *, like: Any) -> Any:
    if isinstance(like, tuple):
        return tuple(text.split("|"))
    if isinstance(like, bool):
        if text not in ("true", "false"):
            raise BadInputError(f"{option} is true or false, but came as {text!r}.")
        return text == "true"
    if isinstance(like, int):
        if not text.isdecimal():
            raise BadInputError(f"{option} is a whole number like {like}, but came as {text!r}.")
        return int(text)
    return text
