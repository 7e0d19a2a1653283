"""Degradations as text (`gaussian_noise:sigma=25/255`) and as JSON, both ways."""

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any, get_origin

from relume.degrade._catalog import DEGRADATIONS
from relume.degrade._draw import Range
from relume.errors import BadInputError, UnknownOptionError

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_FRACTION = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?")
# A plus before a name starts the next degradation; a plus before a digit belongs to a number.
_CHAINED = re.compile(r"\s*\+\s*(?=[A-Za-z_])")


def parse(spec: str) -> Any:
    """The degradation that a text names; several joined by `+` are applied one after the other.

    Options follow a colon, separated by commas. A number may be a fraction, and a range is `low..high`.

    >>> parse("gaussian_noise:sigma=25/255")
    GaussianNoise(sigma=0.09803921568627451)
    >>> parse("gaussian_noise:sigma=0..0.2").sigma
    Range(low=0.0, high=0.2)
    >>> len(parse("poisson_noise:photons=200 + salt_pepper_noise:share=0.02").parts)
    2
    """
    parts = [_parse_one(part) for part in _CHAINED.split(spec.strip())]
    return parts[0] if len(parts) == 1 else DEGRADATIONS["chain"](parts=tuple(parts))


def describe(degradation: Any) -> dict[str, Any]:
    """A degradation as plain values for JSON; `build` turns them back into an equal one.

    >>> describe(parse("gaussian_noise:sigma=0..0.2"))
    {'name': 'gaussian_noise', 'sigma': [0.0, 0.2]}
    """
    fields = {f.name: getattr(degradation, f.name) for f in dataclasses.fields(degradation)}
    return {"name": _name(degradation), **{name: _plain(value) for name, value in fields.items()}}


def build(plain: Mapping[str, Any]) -> Any:
    """The degradation that `describe` described.

    >>> build({"name": "gaussian_noise", "sigma": [0.0, 0.2]}).sigma.high
    0.2
    """
    if "name" not in plain:
        raise BadInputError(f"A degradation has a name, but this has {', '.join(plain) or 'nothing'}.")
    options = {name: _rebuild(value) for name, value in plain.items() if name != "name"}
    return _construct(plain["name"], options)


def _parse_one(text: str) -> Any:
    name, _, rest = text.partition(":")
    options: dict[str, Any] = {}
    for item in filter(None, (piece.strip() for piece in rest.split(","))):
        option, equals, value = (piece.strip() for piece in item.partition("="))
        if not equals or not value:
            raise BadInputError(f"Options look like `sigma=0.1`, but {name.strip()} came with {item!r}.")
        if option in options:
            raise BadInputError(f"{name.strip()} came with {option} twice. Give it once.")
        options[option] = _value(option, value)
    return _construct(name.strip(), options)


def _construct(name: str, options: Mapping[str, Any]) -> Any:
    entry = DEGRADATIONS[name]
    kinds = {f.name: f.type for f in dataclasses.fields(entry)}
    for option in options:
        if option not in kinds:
            raise UnknownOptionError(name, option, kinds)
    return entry(**{option: _fitting(name, option, value, kind=kinds[option]) for option, value in options.items()})


def _fitting(name: str, option: str, value: Any, *, kind: Any) -> Any:
    """The value, when it is of the kind that the option takes."""
    origin = get_origin(kind) or kind
    if origin is bool and isinstance(value, bool):
        return value
    if origin is tuple and isinstance(value, tuple) and not isinstance(value, Range):
        return value
    if origin not in (bool, tuple) and not isinstance(value, bool):
        if isinstance(value, float | int):
            return float(value)
        if isinstance(value, Range) and kind is not float:
            return value
    wanted = {bool: "true or false", tuple: "a list of degradations", float: "a number"}.get(
        origin, "a number or a range low..high"
    )
    raise BadInputError(f"{option} of {name} takes {wanted}, but came as {value!r}.")


def _value(option: str, text: str) -> bool | float | Range:
    if text in ("true", "false"):
        return text == "true"
    low, dots, high = text.partition("..")
    return Range(_number(option, low), _number(option, high)) if dots else _number(option, low)


def _number(option: str, text: str) -> float:
    match = _FRACTION.fullmatch(text.strip())
    over, under = (float(match[1]), float(match[2] or 1)) if match else (math.nan, 1.0)
    if under == 0 or not math.isfinite(over / under):
        raise BadInputError(f"{option} takes a number (0.1), a fraction (25/255) or a range (0..0.2), not {text!r}.")
    return over / under


def _plain(value: Any) -> Any:
    if isinstance(value, Range):
        return list(value)
    if isinstance(value, tuple):
        return [describe(part) for part in value]
    return value


def _rebuild(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    if len(value) == 2 and all(isinstance(end, float | int) for end in value):
        return Range(float(value[0]), float(value[1]))
    return tuple(build(part) for part in value)


def _name(degradation: Any) -> str:
    stem = type(degradation).__module__.rsplit(".", 1)[-1]
    candidates = [stem, *DEGRADATIONS] if stem in DEGRADATIONS else list(DEGRADATIONS)
    return next(name for name in candidates if DEGRADATIONS[name] is type(degradation))
