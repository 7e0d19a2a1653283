import inspect
import re

import pytest

from relume import errors
from relume.errors import UnknownNameError, UnknownOptionError, did_you_mean

CLASSES = {
    name: thing
    for name, thing in vars(errors).items()
    if inspect.isclass(thing) and issubclass(thing, errors.RelumeError)
}


def drawn() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name: (parent, built-in parents), as the docstring's tree draws them."""
    tree: dict[str, tuple[str, tuple[str, ...]]] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    ([│├└─ ]*)(\w+Error)(?: \(([\w, ]+)\))?", line)
        if match:
            level = len(match[1]) // 4
            path[level:] = [match[2]]
            tree[match[2]] = (path[level - 1] if level else "Exception", tuple((match[3] or "").split(", ")))
    return tree


def test_the_tree_in_the_docstring_is_the_tree_of_classes():
    assert drawn().keys() == CLASSES.keys()


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_stands_where_it_is_drawn_and_says_when_it_is_raised(name: str):
    parent, builtin = drawn()[name]
    bases = [base.__name__ for base in CLASSES[name].__bases__]
    assert bases == [parent, *(b for b in builtin if b)]
    assert CLASSES[name].__doc__.endswith(".")


def test_an_unknown_name_comes_with_a_guess_and_all_known_names():
    with pytest.raises(
        LookupError, match=r"No metric named 'pnsr'. Did you mean 'psnr'\? Known: mae, psnr, ssim\."
    ) as raised:
        raise UnknownNameError("metric", "pnsr", ["ssim", "psnr", "mae"])
    assert isinstance(raised.value, ValueError)


def test_an_unknown_option_names_its_owner_and_those_it_has():
    with pytest.raises(TypeError, match=r"gamma has no option 'gama'. Did you mean 'gamma'\? Its options: gamma\."):
        raise UnknownOptionError("gamma", "gama", ["gamma"])
    with pytest.raises(UnknownOptionError, match=r"box has no option 'x'. Its options: none\."):
        raise UnknownOptionError("box", "x", [])


def test_there_is_no_guess_where_nothing_is_near():
    assert did_you_mean("qqq", ["gaussian", "median"]) == ""
