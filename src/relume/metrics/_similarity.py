"""The two maps that SSIM and MS-SSIM are made of."""

import cv2
import numpy as np
from jaxtyping import Float64

Map = Float64[np.ndarray, "_ _"]

WINDOW, WINDOW_SIGMA = 11, 1.5  # pixels
K1, K2 = 0.01, 0.03


def similarity(restored: Map, clean: Map, *, peak: float) -> tuple[Map, Map]:
    """SSIM, and its factor of contrast and structure, wherever the whole window lies inside the picture.

    Reference: Wang, Bovik, Sheikh & Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
    Similarity", IEEE TIP 2004.
    """
    c1, c2 = (K1 * peak) ** 2, (K2 * peak) ** 2
    mean, other = windowed(restored), windowed(clean)
    variance = windowed(restored**2) - mean**2 + windowed(clean**2) - other**2
    covariance = windowed(restored * clean) - mean * other
    structure = (2 * covariance + c2) / (variance + c2)
    return (2 * mean * other + c1) / (mean**2 + other**2 + c1) * structure, structure


def windowed(values: Map) -> Map:
    """Gaussian-weighted means, of whole windows only."""
    kernel = cv2.getGaussianKernel(WINDOW, WINDOW_SIGMA, cv2.CV_64F)
    cut = slice(WINDOW // 2, -(WINDOW // 2))
    return cv2.sepFilter2D(np.ascontiguousarray(values), -1, kernel, kernel)[cut, cut]
