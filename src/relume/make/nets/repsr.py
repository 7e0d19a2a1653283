"""A net that trains with several branches and runs as plain convolutions."""

import copy
import itertools

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError

__all__ = ["RepSr"]

SCALES = (1, 2, 3, 4)
EXPANSION = 2
# Sobel's filters across and down, and Laplace's.
EDGES = (
    ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0)),
    ((-1.0, -2.0, -1.0), (0.0, 0.0, 0.0), (1.0, 2.0, 1.0)),
    ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0)),
)


class RepSr(nn.Module):
    """A row of 3x3 convolutions and ReLU, one pixel shuffle; what it adds stands on the nearest neighbour.

    Each convolution has branches to learn with: 3x3; 1x1; 1x1 then 3x3, twice as wide inside; 1x1 then each of three
    edge filters; and the identity. They are linear, so their sum is one 3x3 kernel. It is summed before the picture is
    touched, in training too: a step costs what the plain net's costs. `fused()` gives the plain net for export. By
    default 41 thousand parameters once fused (164 thousand in training), 41 GMAC per megapixel of the small picture.

    Args:
        channels: colour channels of the picture.
        scale: how many times larger the result is on each side: 1 to 4.
        width: feature channels.
        blocks: convolutions between the first and the last.

    Reference: Zhang et al., "Edge-oriented Convolution Block for Real-time Super Resolution on Mobile Devices" (ECBSR),
    ACM MM 2021; Hu et al., "Online Convolutional Re-parameterization", CVPR 2022.
    """

    scale: int = 2
    inputs: tuple[str, ...] = ("image",)
    multiple_of: int = 1

    def __init__(self, channels: int = 3, *, scale: int = 2, width: int = 32, blocks: int = 4) -> None:
        super().__init__()
        self.channels = channels
        if scale not in SCALES:
            raise BadInputError(f"scale is one of {', '.join(map(str, SCALES))}, but came as {scale}.")
        self.scale = scale
        self.halo = blocks + 2
        widths = [channels, *[width] * (blocks + 1), channels * scale**2]
        self.convs = nn.ModuleList(RepConv(come, leave) for come, leave in itertools.pairwise(widths))

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c _ _"]:
        *inner, last = self.convs
        x = image
        for conv in inner:
            x = functional.relu(conv(x))
        anchor = functional.interpolate(image, scale_factor=float(self.scale), mode="nearest")
        return anchor + functional.pixel_shuffle(last(x), self.scale)

    def fused(self) -> "RepSr":
        """A copy of plain convolutions that computes the same; it cannot learn further as this one does."""
        plain = copy.deepcopy(self)
        plain.convs = nn.ModuleList(conv.fused() if isinstance(conv, RepConv) else conv for conv in self.convs)
        return plain


class RepConv(nn.Module):
    """The sum of all branches, as one 3x3 convolution."""

    def __init__(self, come: int, leave: int) -> None:
        super().__init__()
        start = nn.Conv2d(come, leave, 3)
        assert start.bias is not None  # noqa: S101
        self.weight, self.bias = start.weight, start.bias
        # Branches that begin at zero leave the first steps to the 3x3 kernel and the identity.
        self.point = nn.Parameter(torch.zeros(leave, come))
        self.expand = nn.Conv2d(come, EXPANSION * leave, 1, bias=False)
        self.project = nn.Parameter(torch.zeros(leave, EXPANSION * leave, 3, 3))
        self.edge = nn.Conv2d(come, leave * len(EDGES), 1, bias=False)
        self.edge_scale = nn.Parameter(torch.zeros(len(EDGES), leave))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h w"]:
        return functional.conv2d(x, self.kernel(), self.bias, padding=1)

    def kernel(self) -> Float[Tensor, "d c 3 3"]:
        """The kernel that the branches amount to."""
        leave, come = self.point.shape
        middle = self.point + (torch.eye(leave, device=self.point.device) if leave == come else 0)
        # No bias between two convolutions of a branch: the zeros around the picture stay zeros.
        wide = torch.einsum("oehw,ei->oihw", self.project, self.expand.weight[..., 0, 0])
        filters = self.weight.new_tensor(EDGES)
        edge = self.edge.weight.view(len(EDGES), leave, come)
        edges = torch.einsum("fo,foi,fhw->oihw", self.edge_scale, edge, filters)
        return self.weight + functional.pad(middle[..., None, None], (1, 1, 1, 1)) + wide + edges

    def fused(self) -> nn.Conv2d:
        """A plain convolution with that kernel."""
        leave, come = self.point.shape
        plain = nn.Conv2d(come, leave, 3, padding=1)
        plain.load_state_dict({"weight": self.kernel().detach(), "bias": self.bias.detach()})
        return plain.to(self.weight.device)
