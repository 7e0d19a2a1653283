"""Runtimes, one file each, behind one method: a batch of tiles in, a batch of restored tiles out."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from relume.catalog import Catalog

SESSIONS = Catalog("runtime", __name__)

Tiles = Float32[np.ndarray, "b h w c"]
# H and W are h and w times the scale; the channels are the picture's, or the probe refuses the model.
Restored = Float32[np.ndarray, "b H W _c"]
Maps = Float32[np.ndarray, "b h w 1"]


@runtime_checkable
class Session(Protocol):
    """Runs a model. Thread-safe; `stop` ends the runs in flight with StoppedError."""

    def run(self, image: Tiles, inputs: dict[str, Maps]) -> Restored:
        """The restored tiles: `b scale*h scale*w c`. `inputs` has what the manifest asks for beside the picture."""
        ...

    def stop(self) -> None:
        """End the runs in flight; later ones start as usual."""
        ...
