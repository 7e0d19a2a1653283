"""Optional dependencies: an import that says what to install."""

import importlib
from types import ModuleType

from relume.errors import MissingExtraError


def need(module: str, *, extra: str) -> ModuleType:
    """Import `module`, which `pip install "relume[extra]"` brings.

    >>> need("no_such_module", extra="train")
    Traceback (most recent call last):
        ...
    relume.errors.MissingExtraError: This needs no_such_module. Install it with: pip install "relume[train]"
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != module.split(".", maxsplit=1)[0]:
            raise  # `module` is there, but something it imports is not: do not hide that
        message = f'This needs {module}. Install it with: pip install "relume[{extra}]"'
        raise MissingExtraError(message) from error
