import pytest
from lightning.fabric import Fabric

from relume.make.data import open_data
from relume.make.nets.unet import UNet


@pytest.fixture
def fabric():
    return Fabric(accelerator="cpu", devices=1)


@pytest.fixture
def corpus(data):
    return open_data(data, ["one"])


@pytest.fixture
def net():
    return UNet(width=8, blocks=(1, 1))
