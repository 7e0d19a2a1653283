"""A folder is a registry: its files' stems are the names, and looking one up imports only that file."""

import dataclasses
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from relume.errors import BadInputError, UnknownNameError, UnknownOptionError


class Catalog(Mapping[str, Any]):
    """The entries of a package, and those that other packages add by entry point.

    Listing imports no entry; looking one up imports only its file. Third parties add an entry with the
    entry-point group `relume.<package>` (say `relume.degrade`); a name of ours cannot be replaced that way. A folder
    inside the package is no entry: it is a catalogue of its own.

    Where entries are frozen dataclasses, `describe` and `build` turn their values into plain ones for JSON and back.

    >>> sorted(Catalog("task", "relume.tasks"))
    ['dejpeg', 'denoise', 'enhance', 'upscale']
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind, self.package = kind, package

    def __iter__(self) -> Iterator[str]:
        path = importlib.import_module(self.package).__path__
        modules = (module for module in pkgutil.iter_modules(path) if not module.ispkg)
        own = [module.name for module in modules if not module.name.startswith("_")]
        yield from own
        yield from (name for name in self._added() if name not in own)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, name: str) -> Any:
        names = list(self)
        if name not in names:
            raise UnknownNameError(self.kind, name, names)
        if name in self._added() and importlib.util.find_spec(f"{self.package}.{name}") is None:
            return self._added()[name].load()
        module = importlib.import_module(f"{self.package}.{name}")
        (public,) = module.__all__  # one file, one public name
        return getattr(module, public)

    def _added(self) -> dict[str, Any]:
        return {point.name: point for point in entry_points(group=self.package)}

    def name_of(self, value: Any) -> str:
        """The name of the entry that `value` is an instance of."""
        stem = type(value).__module__.rsplit(".", 1)[-1]
        # Its file's name nearly always; looking there first imports no other entry.
        for name in [stem, *self] if stem in list(self) else list(self):
            if self[name] is type(value):
                return name
        raise BadInputError(
            f"{value!r} is of no {self.kind} of the catalogue, so it has no name to be written down by. "
            f"Known: {', '.join(sorted(self))}; put its class into a file of its own beside them."
        )

    def describe(self, value: Any) -> dict[str, Any]:
        """A value of one of the entries, as plain values for JSON; `build` turns them back into an equal one."""
        name = self.name_of(value)
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {"name": name, **{option: self._plain(f"{option} of {name}", part) for option, part in fields.items()}}

    def build(self, plain: Mapping[str, Any]) -> Any:
        """The value that `describe` described; each option is checked against its annotation."""
        if "name" not in plain:
            raise BadInputError(f"A {self.kind} has a name, but this has {', '.join(plain) or 'nothing'}.")
        name = plain["name"]
        entry = self[name]
        kinds = get_type_hints(entry)
        known = [field.name for field in dataclasses.fields(entry)]
        options = {option: value for option, value in plain.items() if option != "name"}
        for option in options:
            if option not in known:
                raise UnknownOptionError(name, option, known)
        return entry(**{option: self._fitting(name, option, value, kinds[option]) for option, value in options.items()})

    def _plain(self, what: str, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, Path):
            return str(value)
        if isinstance(value, tuple | list):
            return [self._plain(what, part) for part in value]
        if dataclasses.is_dataclass(value):
            return self.describe(value)
        raise BadInputError(f"{what} is a {type(value).__name__}, which JSON cannot hold. Name a file of it instead.")

    def _fitting(self, name: str, option: str, value: Any, kind: Any) -> Any:
        try:
            return self._fit(value, kind)
        except _UnfitError:
            wanted = getattr(kind, "__name__", None) if get_origin(kind) is None else None
            raise BadInputError(
                f"{option} of {name} takes {wanted or str(kind).replace('typing.', '')}, but came as {value!r}."
            ) from None

    def _fit(self, value: Any, kind: Any) -> Any:
        """`value`, read from JSON, as the annotation `kind` has it."""
        if isinstance(value, Mapping) and "name" in value:
            return self.build(value)
        origin, inner = get_origin(kind), get_args(kind)
        if origin is tuple or kind is tuple or (isinstance(value, list) and kind == Any):
            return self._fit_tuple(value, inner)
        if origin is Literal:
            return _only(value, fits=value in inner)
        if inner and origin is not type:
            return self._fit_any(value, inner)
        if hasattr(kind, "_fields"):
            return kind(*self._fit_tuple(value, tuple(get_type_hints(kind).values())))
        return _fit_single(value, kind)

    def _fit_any(self, value: Any, kinds: tuple[Any, ...]) -> Any:
        for kind in kinds:
            try:
                return self._fit(value, kind)
            except _UnfitError:
                continue
        raise _UnfitError

    def _fit_tuple(self, value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _UnfitError
        if not kinds or kinds[-1] is ...:
            kinds = (kinds[0] if kinds else Any,) * len(value)
        if len(kinds) != len(value):
            raise _UnfitError
        return tuple(self._fit(part, kind) for part, kind in zip(value, kinds, strict=True))


class _UnfitError(Exception):
    """A value is not of the kind that an annotation names; never leaves this file."""


def _only(value: Any, *, fits: bool) -> Any:
    if not fits:
        raise _UnfitError
    return value


def _fit_single(value: Any, kind: Any) -> Any:
    if kind is Any:
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is int:
        return _only(value, fits=isinstance(value, int) and not isinstance(value, bool))
    return _only(value, fits=isinstance(value, kind))
