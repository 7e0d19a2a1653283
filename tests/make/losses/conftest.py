import pytest
import torch
from safetensors.torch import save_file
from torch import nn


@pytest.fixture(scope="session")
def squeezenet():
    """Weights of SqueezeNet 1.0's names and kernel sizes, drawn at random, a tenth as wide."""
    rng = torch.Generator().manual_seed(0)
    weights = {}

    def add(name, come, leave, kernel):
        weights[f"{name}.weight"] = torch.randn(leave, come, kernel, kernel, generator=rng) / (come**0.5 * kernel)
        weights[f"{name}.bias"] = 0.1 * torch.randn(leave, generator=rng)

    add("conv1", 3, 10, 7)
    come = 10
    for index in range(2, 10):
        add(f"fire{index}.conv1x1_1", come, 3, 1)
        add(f"fire{index}.conv1x1_2", 3, 5, 1)
        add(f"fire{index}.conv3x3_2", 3, 6, 3)
        come = 11
    return weights


@pytest.fixture
def squeezenet_file(squeezenet, tmp_path):
    save_file(squeezenet, tmp_path / "squeezenet.safetensors")
    return tmp_path / "squeezenet.safetensors"


@pytest.fixture(scope="session")
def backbone():
    """Two layers that see edges and flat areas."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Conv2d(3, 6, 3, bias=False), nn.Softplus(beta=20))
