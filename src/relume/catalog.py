"""A folder is a registry: its files' stems are the names, and looking one up imports only that file."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any

from relume.errors import UnknownNameError


class Catalog(Mapping[str, Any]):
    """The entries of a package, and those that other packages add by entry point.

    Listing imports no entry; looking one up imports only its file. Third parties add an entry with the
    entry-point group `relume.<package>` (say `relume.degrade`); a name of ours cannot be replaced that way.

    >>> sorted(Catalog("task", "relume.tasks"))
    ['denoise', 'enhance', 'upscale']
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind, self.package = kind, package

    def __iter__(self) -> Iterator[str]:
        path = importlib.import_module(self.package).__path__
        own = [module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_")]
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
