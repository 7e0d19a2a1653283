"""SqueezeNet 1.0 as it was trained in Caffe, to look at pictures with."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

# Caffe's order and range: blue first, 0 to 255, the mean of ImageNet taken away.
MEAN_BGR = (104.0, 117.0, 123.0)
# Layers before which the picture is halved, and those whose features are given.
POOLED_BEFORE = (2, 5, 9)
GIVEN = (3, 5, 7, 9)


class SqueezeNet(nn.Module):
    """Features after the first convolution and after the modules fire3, fire5, fire7 and fire9.

    Weights are named `conv1.weight`, `fire2.conv1x1_1.weight` (squeeze), `fire2.conv1x1_2.weight` and
    `fire2.conv3x3_2.weight` (expand) and so on; what is named otherwise (the classifier) is not needed.

    Reference: Iandola et al., "SqueezeNet: AlexNet-Level Accuracy with 50x Fewer Parameters", 2016.
    """

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.first = _conv(weights, "conv1", stride=2)
        self.fires = nn.ModuleDict({str(index): Fire(weights, f"fire{index}") for index in range(2, 10)})

    def forward(self, picture: Float[Tensor, "b 3 h w"]) -> tuple[Float[Tensor, "b _ _ _"], ...]:
        mean = picture.new_tensor(MEAN_BGR).view(1, 3, 1, 1)
        x = functional.relu(self.first(255 * picture.flip(1) - mean))
        seen = [x]
        for index, fire in enumerate(self.fires.values(), start=2):
            if index in POOLED_BEFORE:
                x = functional.max_pool2d(x, 3, stride=2, ceil_mode=True)
            x = fire(x)
            if index in GIVEN:
                seen.append(x)
        return tuple(seen)


class Fire(nn.Module):
    """Few channels, then many: relu(squeeze), then 1x1 and 3x3 convolutions side by side."""

    def __init__(self, weights: dict[str, Tensor], name: str) -> None:
        super().__init__()
        self.squeeze = _conv(weights, f"{name}.conv1x1_1")
        self.narrow = _conv(weights, f"{name}.conv1x1_2")
        self.wide = _conv(weights, f"{name}.conv3x3_2", padding=1)

    def forward(self, x: Float[Tensor, "b _ h w"]) -> Float[Tensor, "b _ h w"]:
        x = functional.relu(self.squeeze(x))
        return functional.relu(torch.cat([self.narrow(x), self.wide(x)], dim=1))


def _conv(weights: dict[str, Tensor], name: str, *, stride: int = 1, padding: int = 0) -> nn.Conv2d:
    weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    conv = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2], stride=stride, padding=padding)
    conv.load_state_dict({"weight": weight, "bias": bias})
    return conv
