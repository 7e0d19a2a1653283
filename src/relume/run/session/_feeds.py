"""What runtimes share: naming a model's inputs, and telling why a run failed."""

import numpy as np
from jaxtyping import Float32

from relume.errors import BadModelError, OutOfMemoryError, RelumeError
from relume.run.session import Maps, Tiles

MEMORY_SIGNS = ("allocate memory", "bad_alloc", "out of memory", "failed to allocate", "BFCArena")


def feeds(names: list[str], image: Tiles, inputs: dict[str, Maps]) -> dict[str, Float32[np.ndarray, "b _c h w"]]:
    """The arrays for a model's inputs, `b c h w`: models made here name them; those of others are fed in order."""
    arrays = {"image": image, **inputs}
    if len(arrays) != len(names):
        raise BadModelError(f"The model takes {', '.join(names)}, but got {len(arrays)} inputs.")
    if set(arrays) != set(names):
        arrays = dict(zip(names, arrays.values(), strict=True))
    return {name: np.ascontiguousarray(array.transpose(0, 3, 1, 2)) for name, array in arrays.items()}


def failure(error: Exception, shape: tuple[int, ...]) -> RelumeError:
    """Why a run on a batch of that shape failed."""
    if any(sign in str(error) for sign in MEMORY_SIGNS):
        return OutOfMemoryError(f"A batch of shape {shape} does not fit into memory.")
    return BadModelError(f"The model failed on a batch of shape {shape}: {first_line(error)}")


def first_line(error: Exception) -> str:
    """The first line that says something, of at most 300 characters."""
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
