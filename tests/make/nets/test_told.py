import pytest
import torch

from relume.errors import BadInputError, ShapeMismatchError
from relume.make.nets import NETS
from relume.make.nets._told import inputs_of
from relume.make.nets.dncnn import DnCnn
from relume.make.nets.unet import UNet

TOLD = ["dncnn", "nafnet", "transformer", "unet"]


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("told", ["sigma", "quality"])
def test_what_a_net_is_told_it_listens_to(name, told):
    torch.manual_seed(0)
    net = NETS[name](width=8, told=told)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    image = torch.rand(1, 3, 8 * net.multiple_of, 8 * net.multiple_of)
    low, high = (torch.full_like(image[:, :1], level) for level in (0.1, 0.9))
    assert net.inputs == ("image", told)
    assert not torch.allclose(net(image, low), net(image, high))


@pytest.mark.parametrize("name", TOLD)
def test_a_blind_net_takes_the_picture_alone(name):
    net = NETS[name](width=8, told=None)
    image = torch.rand(1, 3, 4 * net.multiple_of, 4 * net.multiple_of)
    assert net.inputs == ("image",)
    assert net(image).shape == image.shape
    with pytest.raises(ShapeMismatchError, match="takes image, but came with the image and a map beside it"):
        net(image, image[:, :1])


def test_a_net_that_is_told_insists():
    with pytest.raises(ShapeMismatchError, match="takes image and sigma, but came with the image and no map beside it"):
        UNet(width=8)(torch.rand(1, 3, 16, 16))


def test_what_nobody_can_tell_is_refused():
    with pytest.raises(BadInputError, match="told sigma or quality, or nothing .*came as 'blur'"):
        DnCnn(width=8, told="blur")
    assert inputs_of(None) == ("image",)
