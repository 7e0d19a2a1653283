"""A VGG of any depth, rebuilt from the names of its weights, to look at pictures with."""

import itertools

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, RGB


class Vgg(nn.Module):
    """Features of the last convolution of each stage, after its ReLU (relu1_2, relu2_2, relu3_4 … of VGG19).

    Weights are named as torchvision does: `features.0.weight`, with the layer's place in the sequence. Two places
    from one convolution to the next mean a ReLU between them, three a ReLU and a pooling.

    Reference: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015.
    """

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        places = sorted(
            int(name.split(".")[1]) for name in weights if name.startswith("features.") and "weight" in name
        )
        self.convs = nn.ModuleList()
        for place in places:
            weight = weights[f"features.{place}.weight"]
            conv = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            conv.load_state_dict({"weight": weight, "bias": weights[f"features.{place}.bias"]})
            self.convs.append(conv)
        gaps = [after - before for before, after in itertools.pairwise(places)]
        self.ends_stage = [gap == 3 for gap in gaps] + [True]

    def forward(self, picture: Float[Tensor, "b 3 h w"]) -> tuple[Float[Tensor, "b _ _ _"], ...]:
        mean, deviation = (picture.new_tensor(three).view(1, 3, 1, 1) for three in (MEAN, DEVIATION))
        x = (picture - mean) / deviation
        seen: list[Tensor] = []
        for conv, ends in zip(self.convs, self.ends_stage, strict=True):
            x = functional.relu(conv(x))
            if ends:
                seen.append(x)
                x = functional.max_pool2d(x, 2)
        return tuple(seen)
