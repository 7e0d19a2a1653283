from dataclasses import replace

import numpy as np
import pytest
import torch

from relume.degrade import Range
from relume.degrade.chain import Chain
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.degrade.scheduled import Scheduled
from relume.errors import BadInputError, ShapeMismatchError
from relume.make.data import Resident
from relume.make.losses.l1 import L1
from relume.make.losses.psnr import Psnr
from relume.make.recipe import Phase
from relume.make.recipes.denoise_balanced import recipe
from relume.make.regimes._pairs import Pairs, named_losses

PLAIN = replace(
    recipe,
    phases=(Phase(start=0.0, batch=4, crop=32),),
    grey=0.0,
    degrade=((1.0, GaussianNoise(sigma=Range(0.0, 0.2))),),
)


def parts(recipe, step):
    batch = Pairs(recipe=recipe, data=corpus(), told=("sigma",)).batch(step)
    return batch.clean, batch.degraded, batch.told["sigma"]


def corpus(count=3):
    rng = np.random.default_rng(0)
    return Resident.of({str(index): rng.integers(0, 256, (3, 64, 80)).astype(np.uint8) for index in range(count)})


def test_a_batch_is_a_function_of_the_seed_and_the_step():
    def batch(seed, step):
        return parts(replace(PLAIN, seed=seed), step)

    assert all(torch.equal(one, other) for one, other in zip(batch(0, 5), batch(0, 5), strict=True))
    assert not any(torch.equal(batch(0, 5)[0], other[0]) for other in (batch(0, 6), batch(1, 5)))


def test_the_level_that_the_net_is_told_is_that_of_the_noise():
    clean, degraded, sigma = parts(PLAIN, 3)
    assert sigma.shape == (4, 1, 32, 32)
    torch.testing.assert_close((degraded - clean).std(dim=(1, 2, 3)), sigma[:, 0, 0, 0], rtol=0.06, atol=0)
    levels = (clean * 255).round() / 255
    torch.testing.assert_close(clean, levels, rtol=0, atol=1e-6)  # 8-bit pictures


def test_a_schedule_goes_along_with_the_steps_and_held_out_pictures_have_its_end():
    schedule = Scheduled(part=GaussianNoise(sigma=0.2), begin=0.0, end=1.0)
    planned = replace(PLAIN, steps=100, degrade=((1.0, Chain(parts=(schedule,))), (1.0, schedule)), untold=0.5)
    for step, level in ((0, 0.0), (25, 0.05), (50, 0.1), (99, 0.198)):
        clean, degraded, _ = parts(planned, step)
        assert float((degraded - clean).std()) == pytest.approx(level, rel=0.05)
    held_out = Pairs(recipe=planned, data=corpus()).held_out(0, side=64)
    assert float((held_out.degraded - held_out.clean).std()) == pytest.approx(0.2, rel=0.05)


def test_a_grey_batch_is_one_picture_with_one_noise_in_three_channels():
    colour = parts(PLAIN, 0)
    grey = parts(replace(PLAIN, grey=1.0), 0)
    for part in grey[:2]:
        assert torch.equal(part[:, 0], part[:, 1])
        assert torch.equal(part[:, 0], part[:, 2])
    # The same crops, by the BT.601 weights.
    luma = colour[0][:, 0] * 0.299 + colour[0][:, 1] * 0.587 + colour[0][:, 2] * 0.114
    torch.testing.assert_close(grey[0][:, 0], luma, rtol=0, atol=1e-6)
    torch.testing.assert_close((grey[1] - grey[0]).std(dim=(1, 2, 3)), grey[2][:, 0, 0, 0], rtol=0.12, atol=0)


def test_grey_and_degradations_come_in_their_shares():
    mixed = replace(
        PLAIN,
        phases=(Phase(start=0.0, batch=1, crop=8),),
        grey=0.25,
        degrade=((3.0, GaussianNoise(sigma=0.1)), (1.0, PoissonGaussianNoise(shot=0.01, read=0.01))),
    )
    grey, flat = 0, 0
    for step in range(300):
        clean, _, sigma = parts(mixed, step)
        grey += torch.equal(clean[:, 0], clean[:, 1])
        flat += bool((sigma == sigma.flatten()[0]).all())
    assert grey / 300 == pytest.approx(0.25, abs=0.08)
    assert flat / 300 == pytest.approx(0.75, abs=0.08)


def test_held_out_pairs_are_functions_of_the_seed_and_their_number():
    pairs = Pairs(recipe=PLAIN, data=corpus(), told=("sigma",))
    one, same, other = (pairs.held_out(index, side=32) for index in (0, 0, 1))
    assert torch.equal(one.degraded, same.degraded)
    assert not torch.equal(one.clean, other.clean)
    shapes = [part.shape for part in (one.clean, one.degraded, one.told["sigma"])]
    assert shapes == [(1, 3, 32, 32), (1, 3, 32, 32), (1, 1, 32, 32)]


def test_several_devices_share_a_batch_of_different_crops():
    pairs = [Pairs(recipe=PLAIN, data=corpus(), told=("sigma",), rank=rank, ranks=2) for rank in (0, 1)]
    one, other = (part.batch(3).clean for part in pairs)
    assert len(one) == len(other) == 2
    assert not torch.equal(one, other)
    with pytest.raises(BadInputError, match="3 devices share a batch of 4 crops: choose a multiple"):
        Pairs(recipe=PLAIN, data=corpus(), ranks=3).batch(0)


def test_a_share_of_batches_is_untold():
    blind = replace(PLAIN, untold=0.3, phases=(Phase(start=0.0, batch=1, crop=8),), degrade=((1.0, GaussianNoise()),))
    silent = [bool((parts(blind, step)[2] == 0).all()) for step in range(200)]
    assert np.mean(silent) == pytest.approx(0.3, abs=0.1)
    clean, degraded, _ = parts(blind, silent.index(True))
    assert float((degraded - clean).std()) == pytest.approx(25 / 255, rel=0.2)


def test_what_knows_no_level_serves_a_net_that_may_be_left_untold():
    clean, degraded, sigma = parts(replace(PLAIN, degrade=((1.0, Chain()),), untold=0.5), 0)
    assert torch.equal(clean, degraded)
    assert (sigma == 0).all()


def test_without_a_degradation_the_pictures_are_taken_as_they_are():
    clean, degraded, sigma = parts(replace(PLAIN, degrade=()), 0)
    assert torch.equal(clean, degraded)
    assert (sigma == 0).all()


def test_losses_are_weighted_and_told_by_their_names():
    clean, restored = torch.rand(2, 3, 8, 8), torch.rand(2, 3, 8, 8)
    found = named_losses(((0.5, L1()), (2.0, Psnr()), (0.25, L1())), restored, clean)
    torch.testing.assert_close(found["l1"], 0.75 * (restored - clean).abs().mean())
    torch.testing.assert_close(found["psnr"], 2 * Psnr()(restored, clean))
    assert list(found) == ["l1", "psnr"]


def test_a_result_of_another_size_is_told():
    with pytest.raises(ShapeMismatchError, match=r"The net made 8x8 pixels where the clean crop has 16x16"):
        named_losses(((1.0, L1()),), torch.rand(1, 3, 8, 8), torch.rand(1, 3, 16, 16))


def test_a_net_that_is_told_the_noise_needs_a_degradation_that_knows_it():
    unknowing = replace(PLAIN, degrade=((1.0, Chain()),))
    with pytest.raises(
        BadInputError, match=r"unet is told the noise level of each pixel, which Chain\(.*\) does not know"
    ):
        parts(unknowing, 0)
