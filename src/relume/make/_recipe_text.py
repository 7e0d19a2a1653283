"""Recipes as JSON, and the settings that change them."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from relume.degrade import build, describe
from relume.errors import BadInputError, RelumeError, UnknownOptionError
from relume.make.losses import LOSSES
from relume.make.phase import Phase
from relume.make.regimes import REGIMES

WHOLE = ("degrade", "phases", "options")  # more than one line can say


def write(recipe: Any) -> str:
    """The recipe as JSON."""
    plain = {f.name: getattr(recipe, f.name) for f in dataclasses.fields(recipe)}
    plain["phases"] = [dataclasses.asdict(phase) for phase in recipe.phases]
    plain["degrade"] = [[share, describe(degradation)] for share, degradation in recipe.degrade]
    plain["losses"] = [[weight, LOSSES.describe(loss)] for weight, loss in recipe.losses]
    plain["regime"] = REGIMES.describe(recipe.regime)
    return json.dumps(plain, indent=2)


def read(text: str, kind: Any, *, source: object) -> dict[str, Any]:
    """The fields of the recipe (of the class `kind`) that `write` wrote."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise BadInputError(f"{source} is no JSON, so no recipe: {error}. Mend it, or write it anew.") from error
    if not isinstance(plain, dict):
        raise BadInputError(f"{source} is no recipe: it holds {plain!r:.60} where an object with fields is expected.")
    _check_names(plain, kind, source)
    wanted = {f.name: f.type for f in dataclasses.fields(kind)}
    return {name: _value(name, value, wanted[name], source=source) for name, value in _renamed(plain).items()}


def change(recipe: Any, settings: Mapping[str, str]) -> Any:
    """A copy of the recipe with the settings of a command line."""
    known = {f.name: f for f in dataclasses.fields(recipe)}
    changes: dict[str, Any] = {}
    for name, text in settings.items():
        first, dot, rest = ("losses", "", "") if name == "loss" else name.partition(".")
        if first not in known:
            raise UnknownOptionError(f"Recipe {recipe.name!r}", first, known)
        before = changes.get(first, getattr(recipe, first))
        if dot:
            changes[first] = _part(first, before, rest, text=text)
        elif first in WHOLE:
            raise BadInputError(f"{first} is more than one value: copy the recipe's file and change it there.")
        else:
            changes[first] = _single(first, text, like=before)
    return dataclasses.replace(recipe, **changes)


def _check_names(plain: dict[str, Any], kind: Any, source: object) -> None:
    fields = dataclasses.fields(kind)
    known = [f.name for f in fields]
    for name in plain:
        if name not in known and name != "loss":
            raise UnknownOptionError("A recipe", name, known)
    needed = [f.name for f in fields if f.default is f.default_factory is dataclasses.MISSING]
    missing = [name for name in needed if name not in plain]
    if missing:
        raise BadInputError(f"{source} is no whole recipe: {', '.join(missing)} is missing. Add what is missing.")


def _renamed(plain: dict[str, Any]) -> dict[str, Any]:
    """Runs of version 0.1 have one loss, by its name."""
    if "loss" not in plain:
        return plain
    rest = {name: value for name, value in plain.items() if name != "loss"}
    return {"losses": [[1.0, plain["loss"]]], **rest}


def _value(name: str, value: Any, wanted: Any, *, source: object) -> Any:
    """A field's value as the recipe has it, which is of the type `wanted`."""
    try:
        if name in READERS:
            return READERS[name](value)
        fits = {int: int, float: (int, float), str: str, bool: bool}.get(wanted, list)
        if not isinstance(value, fits) or (isinstance(value, bool) and wanted is not bool):
            raise TypeError(f"{getattr(wanted, '__name__', wanted)} is expected")
        return _frozen(value)
    except RelumeError as error:
        raise BadInputError(f"{source} is no recipe that can run, for its {name}: {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInputError(
            f"{source} is no recipe that can run: {name} came as {value!r:.80} ({error}). Compare it with "
            "a shipped one."
        ) from error


def _entry(catalog: Any, plain: Any) -> Any:
    """A value of the catalogue; a name alone is the entry as it is without options."""
    return catalog.build({"name": plain} if isinstance(plain, str) else plain)


def _part(field: str, before: Any, option: str, *, text: str) -> Any:
    """The field with one of its options changed."""
    if field == "regime":
        plain = REGIMES.describe(before)
        if option not in plain or option == "name":
            raise UnknownOptionError(f"The regime {plain['name']!r}", option, [n for n in plain if n != "name"])
        return _entry(REGIMES, {**plain, option: _json(text)})
    if isinstance(before, Mapping):
        return {**before, option: _frozen(_json(text))}
    raise BadInputError(f"{field} has no parts, but {field}.{option} was set. Set {field} itself.")


def _single(name: str, text: str, *, like: Any) -> Any:
    if name == "regime":
        return _entry(REGIMES, text)
    if name == "losses":
        return tuple(_weighted(part) for part in text.split(","))
    if isinstance(like, str):
        return text
    if isinstance(like, tuple):
        kind = type(like[0]) if like else (float if name == "shares" else str)
        return tuple(_single(name, part, like=kind()) for part in text.split(",")) if text else ()
    try:
        value = json.loads(text)
        if isinstance(value, bool) is not isinstance(like, bool) or type(like)(value) != value:
            raise TypeError
        return type(like)(value)
    except (ValueError, TypeError) as error:
        kind = "true or false" if isinstance(like, bool) else f"a number like {like}"
        raise BadInputError(f"{name} takes {kind}, but came as {text!r}.") from error


def _weighted(text: str) -> tuple[float, Any]:
    """`0.1*ssim`, or `l1` alone."""
    weight, star, name = text.rpartition("*")
    try:
        return float(weight) if star else 1.0, _entry(LOSSES, name.strip())
    except ValueError as error:
        if isinstance(error, RelumeError):
            raise
        raise BadInputError(f"losses takes l1,0.1*ssim and the like, but came as {text!r}.") from error


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _frozen(value: Any) -> Any:
    """JSON knows no tuples."""
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value


READERS: dict[str, Callable[[Any], Any]] = {
    "phases": lambda value: tuple(Phase(**phase) for phase in value),
    "degrade": lambda value: tuple((float(share), build(plain)) for share, plain in value),
    "losses": lambda value: tuple((float(weight), _entry(LOSSES, plain)) for weight, plain in value),
    "regime": lambda value: _entry(REGIMES, value),
    "options": lambda value: {option: _frozen(part) for option, part in value.items()},
}
