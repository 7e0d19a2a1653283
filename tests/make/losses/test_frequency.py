import numpy as np
import pytest
import torch

from relume.make.losses.frequency import Frequency


@pytest.mark.parametrize("side", [(16, 16), (15, 22)])
def test_is_numpys_spectrum(side):
    rng = np.random.default_rng(0)
    restored, clean = rng.normal(size=(2, 2, 3, *side)).astype(np.float32)
    spectrum = np.fft.rfft2(restored, norm="ortho") - np.fft.rfft2(clean, norm="ortho")
    wanted = (np.abs(spectrum.real) + np.abs(spectrum.imag)).mean()
    loss = Frequency()(torch.from_numpy(restored), torch.from_numpy(clean))
    assert float(loss) == pytest.approx(wanted, rel=1e-5)


def test_takes_half_precision():
    restored, clean = torch.rand(2, 1, 3, 15, 22, generator=torch.Generator().manual_seed(0))
    loss = Frequency()(restored.half(), clean.half())
    assert float(loss) == pytest.approx(float(Frequency()(restored, clean)), rel=0.01)
