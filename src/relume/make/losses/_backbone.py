"""Feature extractors for losses: a module at hand, or the file of one. Nothing is shipped, nothing is downloaded."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor, nn

from relume.errors import BadInputError, BadModelError, UnreadableFileError
from relume.make.losses._squeezenet import SqueezeNet
from relume.make.losses._vgg import Vgg

Backbone = str | Path | nn.Module | None

ACCEPTED = (
    "a torch module (RGB in [0, 1] in, a tensor or several out), a TorchScript file of one (.pt, .ts), or the "
    "weights of SqueezeNet 1.0 or a VGG (.npz, .safetensors)"
)


def features(loss: str, backbone: Backbone, picture: Float[Tensor, "b c h w"]) -> tuple[Tensor, ...]:
    """What the backbone sees in RGB pictures in [0, 1]; grey ones are shown to it as three equal channels."""
    if backbone is None:
        raise BadInputError(f"{loss} compares what a network sees, and none came. Give it backbone=: {ACCEPTED}.")
    net = backbone if isinstance(backbone, nn.Module) else load(str(backbone), str(picture.device))
    seen: Any = net(picture.expand(-1, 3, -1, -1) if picture.shape[1] == 1 else picture)
    parts = [seen] if isinstance(seen, Tensor) else list(seen.values() if isinstance(seen, Mapping) else seen)
    if not parts or not all(isinstance(part, Tensor) and part.ndim == 4 for part in parts):
        raise BadModelError(
            f"{loss}'s backbone gives tensors of b c h w, but gave {seen!r:.80}. Wrap it so that it does."
        )
    return tuple(parts)


@lru_cache(maxsize=8)
def load(path: str, device: str) -> nn.Module:
    """The network of a file, frozen, on `device`; read once.

    A TorchScript file is a program: load only one that you trust. The other kinds hold numbers alone.
    """
    file = Path(path)
    if not file.is_file():
        raise UnreadableFileError(
            f"{file}: there is no such file to read a backbone from. Give the path of {ACCEPTED}."
        )
    if file.suffix in (".pt", ".ts"):
        net = torch.jit.load(path, map_location=device)
    elif file.suffix in (".npz", ".safetensors"):
        net = _from_weights(file, _weights(file))
    else:
        raise UnreadableFileError(f"{file}: a backbone is {ACCEPTED}, but this ends in {file.suffix!r}.")
    for parameter in net.parameters():
        parameter.requires_grad = False
    return net.to(device).eval()


def _weights(file: Path) -> dict[str, Tensor]:
    if file.suffix == ".safetensors":
        return load_file(file)
    with np.load(file, allow_pickle=False) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


def _from_weights(file: Path, weights: dict[str, Tensor]) -> nn.Module:
    if "fire2.conv1x1_1.weight" in weights:
        return SqueezeNet(weights)
    if "features.0.weight" in weights:
        return Vgg(weights)
    raise BadModelError(
        f"{file}: expected the weights of SqueezeNet 1.0 (`fire2.conv1x1_1.weight` …) or of a VGG (`features.0.weight` "
        f"…), but found {', '.join(list(weights)[:3])} …. Save other networks as TorchScript."
    )
