import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from relume.errors import BadInputError, BadModelError, UnreadableFileError
from relume.make.losses._backbone import features, load
from relume.make.losses.perceptual import Perceptual

PICTURE = torch.rand(1, 3, 64, 48, generator=torch.Generator().manual_seed(1))


def by_hand(weights, picture):
    """SqueezeNet 1.0 as its Caffe file has it, one line a layer."""

    def conv(x, name, **options):
        return functional.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], **options).relu()

    def fire(x, index):
        x = conv(x, f"fire{index}.conv1x1_1")
        return torch.cat([conv(x, f"fire{index}.conv1x1_2"), conv(x, f"fire{index}.conv3x3_2", padding=1)], dim=1)

    def pool(x):
        return functional.max_pool2d(x, 3, 2, ceil_mode=True)

    blue, green, red = (255 * picture[:, channel] - mean for channel, mean in ((2, 104), (1, 117), (0, 123)))
    first = conv(torch.stack([blue, green, red], dim=1), "conv1", stride=2)
    third = fire(fire(pool(first), 2), 3)
    fifth = fire(pool(fire(third, 4)), 5)
    seventh = fire(fire(fifth, 6), 7)
    return first, third, fifth, seventh, fire(pool(fire(seventh, 8)), 9)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_squeezenet_file_is_caffes_net(squeezenet, tmp_path, suffix):
    file = tmp_path / f"net{suffix}"
    if suffix == ".npz":
        np.savez(file, **{name: value.numpy() for name, value in squeezenet.items()})
    else:
        save_file(squeezenet, file)
    for seen, wanted in zip(features("It", file, PICTURE), by_hand(squeezenet, PICTURE), strict=True):
        torch.testing.assert_close(seen, wanted)


def test_a_vgg_file_is_rebuilt_from_the_places_of_its_layers(tmp_path):
    # conv relu conv relu pool conv relu pool conv: places 0, 2, 5, 8.
    rng = torch.Generator().manual_seed(0)
    weights = {}
    for place, (come, leave) in {0: (3, 4), 2: (4, 4), 5: (4, 6), 8: (6, 5)}.items():
        weights[f"features.{place}.weight"] = torch.randn(leave, come, 3, 3, generator=rng)
        weights[f"features.{place}.bias"] = torch.randn(leave, generator=rng)
    save_file(weights, tmp_path / "vgg.safetensors")
    layers = [nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 5, 3, padding=1), nn.ReLU()]
    sequence = nn.Sequential(*layers)
    sequence.load_state_dict({name.removeprefix("features."): value for name, value in weights.items()})
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x, wanted = (PICTURE - mean.view(1, 3, 1, 1)) / deviation.view(1, 3, 1, 1), []
    for index, layer in enumerate(sequence):
        x = layer(x)
        wanted += [x] if index in (3, 6, 9) else []
    for seen, right in zip(features("It", tmp_path / "vgg.safetensors", PICTURE), wanted, strict=True):
        torch.testing.assert_close(seen, right)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*")
def test_a_torchscript_file_is_run_as_it_is(backbone, tmp_path):
    torch.jit.trace(backbone, PICTURE).save(str(tmp_path / "net.pt"))
    (seen,) = features("It", tmp_path / "net.pt", PICTURE)
    torch.testing.assert_close(seen, backbone(PICTURE))


def test_grey_is_shown_as_three_equal_channels(backbone):
    grey = PICTURE[:, :1]
    (seen,) = features("It", backbone, grey)
    assert torch.equal(seen, backbone(grey.repeat(1, 3, 1, 1)))


def test_a_file_is_read_once_and_learns_nothing(squeezenet_file):
    net = load(str(squeezenet_file), "cpu")
    assert net is load(str(squeezenet_file), "cpu")
    assert not any(parameter.requires_grad for parameter in net.parameters())
    restored = PICTURE.clone().requires_grad_()
    Perceptual(backbone=squeezenet_file)(restored, 1 - PICTURE).backward()
    assert restored.grad.abs().sum() > 0


def test_what_is_no_backbone_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(BadInputError, match="It compares what a network sees, and none came. Give it backbone=: a tor"):
        features("It", None, PICTURE)
    with pytest.raises(UnreadableFileError, match="missing.pt: there is no such file to read a backbone from"):
        features("It", tmp_path / "missing.pt", PICTURE)
    (tmp_path / "net.onnx").write_bytes(b"")
    with pytest.raises(UnreadableFileError, match=r"a backbone is a torch module .* but this ends in '\.onnx'"):
        features("It", tmp_path / "net.onnx", PICTURE)
    save_file({"layer.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(BadModelError, match="expected the weights of SqueezeNet 1.0 .* but found layer.weight"):
        features("It", tmp_path / "other.safetensors", PICTURE)
    with pytest.raises(BadModelError, match="backbone gives tensors of b c h w, but gave .*Wrap it so that it does"):
        features("It", nn.Flatten(), PICTURE)
