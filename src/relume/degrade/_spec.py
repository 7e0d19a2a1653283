"""Degradations as text (`gaussian_noise:sigma=25/255`) and as JSON, both ways."""

import dataclasses
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from relume.degrade._catalog import DEGRADATIONS
from relume.degrade._draw import Range
from relume.errors import BadInputError, UnknownOptionError, did_you_mean

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_FRACTION = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?")
# A plus before a name starts the next degradation; a plus before a digit belongs to a number.
_CHAINED = re.compile(r"\s*\+\s*(?=[A-Za-z_])")


def parse(spec: str) -> Any:
    """The degradation that a text names; several joined by `+` are applied one after the other.

    Options follow a colon, separated by commas. A number may be a fraction, a range is `low..high`, and several numbers
    are joined by `|`. A degradation made of others is written as JSON, the way `describe` gives it.

    >>> parse("gaussian_noise:sigma=25/255")
    GaussianNoise(sigma=0.09803921568627451)
    >>> parse("gaussian_noise:sigma=0..0.2").sigma
    Range(low=0.0, high=0.2)
    >>> len(parse("poisson_noise:photons=200 + salt_pepper_noise:share=0.02").parts)
    2
    """
    if spec.lstrip().startswith("{"):
        return build(_json(spec))
    parts = [_parse_one(part) for part in _CHAINED.split(spec.strip())]
    return parts[0] if len(parts) == 1 else DEGRADATIONS["chain"](parts=tuple(parts))


def describe(degradation: Any) -> dict[str, Any]:
    """A degradation as plain values for JSON; `build` turns them back into an equal one.

    >>> describe(parse("gaussian_noise:sigma=0..0.2"))
    {'name': 'gaussian_noise', 'sigma': [0.0, 0.2]}
    """
    fields = {f.name: getattr(degradation, f.name) for f in dataclasses.fields(degradation)}
    plain = {name: _plain(value) for name, value in fields.items() if value is not None}
    return {"name": _name(degradation), **plain}


def build(plain: Mapping[str, Any]) -> Any:
    """The degradation that `describe` described.

    >>> build({"name": "gaussian_noise", "sigma": [0.0, 0.2]}).sigma.high
    0.2
    """
    if "name" not in plain:
        raise BadInputError(f"A degradation has a name, but this has {', '.join(plain) or 'nothing'}.")
    name = plain["name"]
    kinds = _kinds(name, (option for option in plain if option != "name"))
    return DEGRADATIONS[name](**{option: _fitting(name, option, plain[option], kind=kinds[option]) for option in kinds})


def _parse_one(text: str) -> Any:
    name, _, rest = text.partition(":")
    name = name.strip()
    texts: dict[str, str] = {}
    for item in filter(None, (piece.strip() for piece in rest.split(","))):
        option, equals, value = (piece.strip() for piece in item.partition("="))
        if not equals or not value:
            raise BadInputError(f"Options look like `sigma=0.1`, but {name} came with {item!r}.")
        if option in texts:
            raise BadInputError(f"{name} came with {option} twice. Give it once.")
        texts[option] = value
    kinds = _kinds(name, texts)
    return build({"name": name, **{option: _value(option, texts[option], kind=kinds[option]) for option in kinds}})


def _kinds(name: str, options: Iterable[str]) -> dict[str, Any]:
    """The types of the options that are given."""
    kinds = {f.name: f.type for f in dataclasses.fields(DEGRADATIONS[name])}
    given = list(options)
    for option in given:
        if option not in kinds:
            raise UnknownOptionError(name, option, kinds)
    return {option: kinds[option] for option in given}


def _fitting(name: str, option: str, value: Any, *, kind: Any) -> Any:
    """The value of JSON as the option's type has it."""
    result = _read(value, kind)
    if result is None:
        raise BadInputError(f"{option} of {name} takes {_wanted(kind)}, but came as {value!r}.{_guess(kind, value)}")
    return result


def _read(value: Any, kind: Any) -> Any:
    """None where the value is of another kind."""
    if get_origin(kind) is Literal:
        return value if value in get_args(kind) else None
    if get_origin(kind) is tuple:
        return _read_several(value, kind)
    if kind is Any:
        return build(value) if isinstance(value, Mapping) else None
    return _read_number(value, kind)


def _read_number(value: Any, kind: Any) -> bool | float | Range | None:
    if kind is bool or isinstance(value, bool):
        return value if kind is bool and isinstance(value, bool) else None
    if isinstance(value, int | float):
        whole = int(value) if value == int(value) else None
        return whole if kind is int else float(value)
    return Range(*map(float, value)) if kind not in (int, float) and _is_range(value) else None


def _read_several(value: Any, kind: Any) -> tuple[Any, ...] | None:
    of = get_args(kind)[0]
    if not isinstance(value, list):
        return None
    several = tuple(_read(part, of) for part in value)
    return None if None in several else several


def _is_range(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(end, int | float) for end in value)


def _wanted(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    if get_origin(kind) is tuple:
        return "numbers joined by |" if get_args(kind)[0] is float else "a list of degradations (as JSON)"
    names = {bool: "true or false", int: "a whole number", float: "a number", Any: "a degradation (as JSON)"}
    return names.get(kind, "a number or a range low..high")


def _guess(kind: Any, value: Any) -> str:
    return did_you_mean(str(value), get_args(kind)) if get_origin(kind) is Literal else ""


def _value(option: str, text: str, *, kind: Any) -> Any:
    """What JSON would have for this text."""
    if get_origin(kind) is Literal:
        return text
    if text in ("true", "false"):
        return text == "true"
    if kind == tuple[float, ...]:
        return [_number(option, piece) for piece in text.split("|")]
    low, dots, high = text.partition("..")
    return [_number(option, low), _number(option, high)] if dots else _number(option, low)


def _number(option: str, text: str) -> float:
    match = _FRACTION.fullmatch(text.strip())
    over, under = (float(match[1]), float(match[2] or 1)) if match else (math.nan, 1.0)
    if under == 0 or not math.isfinite(over / under):
        raise BadInputError(f"{option} takes a number (0.1), a fraction (25/255) or a range (0..0.2), not {text!r}.")
    return over / under


def _json(text: str) -> Mapping[str, Any]:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInputError(f"A degradation that begins with {{ is read as JSON, which this is not: {error}.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return describe(value) if dataclasses.is_dataclass(value) else value


def _name(degradation: Any) -> str:
    stem = type(degradation).__module__.rsplit(".", 1)[-1]
    candidates = [stem, *DEGRADATIONS] if stem in DEGRADATIONS else list(DEGRADATIONS)
    return next(name for name in candidates if DEGRADATIONS[name] is type(degradation))
