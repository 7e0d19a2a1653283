"""Convolutions of bounded slope."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

SLOPE = 0.2  # of LeakyReLU below zero, as in all of the papers


def normed(come: int, leave: int, kernel: int, *, stride: int = 1) -> nn.Module:
    """A convolution with spectral normalisation and no bias, padded so that stride 1 keeps odd kernels' size."""
    conv = nn.Conv2d(come, leave, kernel, stride=stride, padding=(kernel - 1) // 2, bias=False)
    return spectral_norm(conv)
