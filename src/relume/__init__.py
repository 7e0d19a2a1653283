"""relume restores pictures and keeps every bit of the file that it has no business changing.

    import relume
    better = relume.denoise(relume.open("old.tif"), strength=0.8)
    better.save("new.tif")

Names are imported when they are first used, so `import relume` costs next to nothing and never brings torch.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relume.assess import assess as assess
    from relume.errors import RelumeError as RelumeError
    from relume.files import open as open  # noqa: A004
    from relume.image import Box as Box
    from relume.image import Image as Image
    from relume.run.engine import AsyncEngine as AsyncEngine
    from relume.run.engine import Engine as Engine
    from relume.run.restore import dejpeg as dejpeg
    from relume.run.restore import denoise as denoise
    from relume.run.restore import enhance as enhance
    from relume.run.restore import upscale as upscale

    __version__: str

_HOMES = {
    "AsyncEngine": "relume.run.engine",
    "Box": "relume.image",
    "Engine": "relume.run.engine",
    "Image": "relume.image",
    "RelumeError": "relume.errors",
    "assess": "relume.assess",
    "dejpeg": "relume.run.restore",
    "denoise": "relume.run.restore",
    "enhance": "relume.run.restore",
    "open": "relume.files",
    "upscale": "relume.run.restore",
}

__all__ = [
    "AsyncEngine",
    "Box",
    "Engine",
    "Image",
    "RelumeError",
    "__version__",
    "assess",
    "dejpeg",
    "denoise",
    "enhance",
    "open",
    "upscale",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value = version("relume")
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'relume' has no attribute {name!r}. Its names: {', '.join(__all__)}.")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Relume(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # Importing the package relume.assess would put it in the place of the function of that name.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Relume
