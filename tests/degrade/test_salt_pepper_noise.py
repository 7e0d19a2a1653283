import pytest
import torch

from relume.degrade import Range
from relume.degrade.salt_pepper_noise import SaltPepperNoise
from relume.errors import BadInputError

CLEAN = torch.full((1, 3, 300, 300), 0.4)


def degrade(clean=CLEAN, **options):
    return SaltPepperNoise(**options)(clean, torch.Generator().manual_seed(0))


def test_hits_the_shares_it_says_and_nothing_else():
    degraded = degrade(share=0.2, salt=0.25)
    assert (degraded == 1).float().mean() == pytest.approx(0.05, abs=0.004)
    assert (degraded == 0).float().mean() == pytest.approx(0.15, abs=0.006)
    assert set(degraded.unique().tolist()) == {0.0, CLEAN[0, 0, 0, 0].item(), 1.0}


def test_hits_whole_pixels_unless_told_to_hit_channels():
    def shares_of_pixels_hit(degraded):
        channels = (degraded != CLEAN).sum(dim=1)
        return [(channels == count).float().mean().item() for count in (1, 3)]

    assert shares_of_pixels_hit(degrade(share=0.1)) == pytest.approx([0, 0.1], abs=0.005)
    # Independent channels: binomial shares.
    binomial = [3 * 0.1 * 0.9**2, 0.1**3]
    assert shares_of_pixels_hit(degrade(share=0.1, per_channel=True)) == pytest.approx(binomial, abs=0.005)


@pytest.mark.parametrize(("salt", "value"), [(0.0, 0.0), (1.0, 1.0)])
def test_all_and_nothing(salt, value):
    assert (degrade(share=1.0, salt=salt) == value).all()
    assert torch.equal(degrade(share=0.0, salt=salt), CLEAN)


def test_a_range_draws_one_share_for_each_image():
    degraded = degrade(torch.full((200, 1, 60, 60), 0.4), share=Range(0.1, 0.3))
    shares = (degraded != 0.4).float().mean(dim=(1, 2, 3))
    assert shares.mean() == pytest.approx(0.2, abs=0.02)
    assert shares.std() == pytest.approx(0.2 / 12**0.5, rel=0.15)


def test_a_share_above_one_is_refused():
    with pytest.raises(BadInputError, match=r"share lies in \[0, 1\], but came as 5"):
        SaltPepperNoise(share=5.0)
