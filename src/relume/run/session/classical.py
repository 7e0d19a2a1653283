"""A classical filter behind the same method as a network."""

from typing import Any

import numpy as np

from relume.run.session import Maps, Restored, Tiles

__all__ = ["ClassicalSession"]


class ClassicalSession:
    """Runs an entry of `relume.classic` on each tile of a batch."""

    def __init__(self, restorer: Any) -> None:
        self._restorer = restorer

    def run(self, image: Tiles, inputs: dict[str, Maps]) -> Restored:
        """The restored tiles. Filters take one noise level: the chain feeds them a constant map."""
        levels = {name: [float(level.flat[0]) for level in maps] for name, maps in inputs.items()}
        restored = [
            self._restorer(tile, **{name: values[place] for name, values in levels.items()})
            for place, tile in enumerate(image)
        ]
        return np.stack(restored)

    def stop(self) -> None:
        """Filters are short; the tile in hand is finished."""
