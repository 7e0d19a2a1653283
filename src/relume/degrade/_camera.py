"""A camera's pipeline from linear sensor values to the picture, and back."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, draw, normal

# XYZ to the sensor's colours of four cameras: Olympus E-M10, Sony A7R, Sony RX100 IV, Huawei Nexus 6P (Brooks et al.).
XYZ_TO_CAMERA = (
    ((1.0234, -0.2969, -0.2266), (-0.5625, 1.6328, -0.0469), (-0.0703, 0.2188, 0.6406)),
    ((0.4913, -0.0541, -0.0202), (-0.613, 1.3513, 0.2906), (-0.1564, 0.2151, 0.7183)),
    ((0.838, -0.263, -0.0639), (-0.2887, 1.0725, 0.2496), (-0.0627, 0.1427, 0.5438)),
    ((0.6596, -0.2079, -0.0562), (-0.4782, 1.3016, 0.1933), (-0.097, 0.1581, 0.5181)),
)
# Linear sRGB to XYZ (IEC 61966-2-1).
RGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
GAMMA = 2.2
_SMALLEST = 1e-8  # below it a power of less than one has no slope that numbers could hold


class Camera(NamedTuple):
    """One camera and light for each image of a batch: linear picture = to_rgb @ raw, white balance included."""

    to_rgb: Float[Tensor, "b c c"]

    def unprocess(self, pictures: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """Sensor values in [0, 1] and below white balance; the exact inverse of `process` on [0, 1]."""
        return through_matrix(inverse(self.to_rgb), linear(pictures))

    def process(self, raw: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """The picture that the camera would save, clipped."""
        return displayed(through_matrix(self.to_rgb, raw))


def draw_camera(like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Camera:
    """A mixture of real cameras' colours, daylight to lamp light, bright or dim, as Brooks et al. draw them."""
    exposure = 1 / (0.8 + 0.1 * normal(like[:, :1, :1, :1], rng)).clamp(min=0.5).view(-1, 1, 1)
    if like.shape[1] != 3:
        return Camera(torch.eye(like.shape[1]).to(like) * exposure)
    red, blue = (draw(gain, like=like, rng=rng).view(-1, 1) for gain in (Range(1.9, 2.4), Range(1.5, 1.9)))
    shares = torch.rand((len(like), 4), generator=rng, device=like.device, dtype=like.dtype)
    cameras = torch.einsum("bk,kij->bij", shares / shares.sum(dim=1, keepdim=True), like.new_tensor(XYZ_TO_CAMERA))
    to_camera = cameras @ like.new_tensor(RGB_TO_XYZ)
    to_camera = to_camera / to_camera.sum(dim=2, keepdim=True)  # white stays white
    balance = torch.diag_embed(torch.cat([red, torch.ones_like(red), blue], dim=1))
    return Camera(inverse(to_camera) @ balance * exposure)


def inverse(matrix: Float[Tensor, "b c c"]) -> Float[Tensor, "b c c"]:
    """Of cameras' matrices, none of which is singular: so nobody has to wait until a GPU has made sure."""
    return torch.linalg.inv_ex(matrix).inverse


def log_read(log_shot: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The logarithm of the variance in black of cameras of that shot noise: a line through real ones."""
    return 2.18 * log_shot + 1.20


def through_matrix(matrix: Float[Tensor, "b c c"], pictures: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
    """The matrix of each picture times the colour of each of its pixels."""
    return (matrix @ pictures.flatten(2)).view_as(pictures)


def linear(pictures: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
    """Light: the tone curve 3x² − 2x³ undone, then the gamma; clipped to [0, 1] first."""
    toned = 0.5 - torch.sin(torch.asin(1 - 2 * pictures.clamp(0, 1)) / 3)
    return toned.clamp(min=_SMALLEST) ** GAMMA


def displayed(light: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
    """The picture of a linear light, clipped to [0, 1]."""
    encoded = light.clamp(_SMALLEST**GAMMA, 1) ** (1 / GAMMA)
    return encoded * encoded * (3 - 2 * encoded)
