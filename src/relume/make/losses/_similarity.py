"""The two maps that SSIM and MS-SSIM are made of, in torch, so that gradients flow through them."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

WINDOW, WINDOW_SIGMA = 11, 1.5  # pixels
C1, C2 = 0.01**2, 0.03**2  # for pictures in [0, 1]

Planes = Float[Tensor, "b c _ _"]


def similarity(restored: Planes, clean: Planes) -> tuple[Planes, Planes]:
    """SSIM, and its factor of contrast and structure, wherever the whole window lies inside the picture.

    Reference: Wang, Bovik, Sheikh & Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
    Similarity", IEEE TIP 2004.
    """
    products = torch.cat([restored, clean, restored**2, clean**2, restored * clean])
    mean, other, square, other_square, product = windowed(products).chunk(5)
    variance = square - mean**2 + other_square - other**2
    structure = (2 * (product - mean * other) + C2) / (variance + C2)
    return (2 * mean * other + C1) / (mean**2 + other**2 + C1) * structure, structure


def windowed(values: Planes) -> Planes:
    """Gaussian-weighted means, of whole windows only."""
    place = torch.arange(WINDOW, dtype=values.dtype, device=values.device) - WINDOW // 2
    bell = torch.exp(-(place**2) / (2 * WINDOW_SIGMA**2))
    bell = (bell / bell.sum()).view(1, 1, 1, WINDOW)
    flat = values.reshape(-1, 1, *values.shape[2:])  # all planes alike: one plain convolution, no depthwise one
    flat = functional.conv2d(functional.conv2d(flat, bell), bell.mT)
    return flat.view(*values.shape[:2], *flat.shape[2:])
