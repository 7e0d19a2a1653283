"""What holds for each degradation, whoever adds one."""

import dataclasses
import json

import pytest
import torch

from relume.degrade import DEGRADATIONS, build, describe, parse


def batch(dtype=torch.float32):
    return torch.rand(3, 3, 24, 40, generator=torch.Generator().manual_seed(5)).to(dtype)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def smaller(degradation, clean):
    """Height and width of what comes out: a degradation that has a `scale` divides them by it."""
    scale = getattr(degradation, "scale", 1)
    return tuple(side // scale for side in clean.shape[2:])


@pytest.mark.parametrize("name", DEGRADATIONS)
class TestEveryDegradation:
    def test_works_with_no_arguments_and_keeps_shape_type_and_device(self, name):
        degradation, clean = DEGRADATIONS[name](), batch()
        degraded = degradation(clean, seeded(0))
        assert degraded.shape == (3, 3, *smaller(degradation, clean))
        assert (degraded.dtype, degraded.device) == (clean.dtype, clean.device)
        assert degraded.isfinite().all()

    def test_takes_one_channel_and_double_precision(self, name):
        degradation, clean = DEGRADATIONS[name](), batch(torch.float64)[:, :1]
        degraded = degradation(clean, seeded(0))
        assert degraded.shape == (3, 1, *smaller(degradation, clean))
        assert degraded.dtype == torch.float64

    def test_seed_alone_decides_the_result(self, name):
        degradation, clean = DEGRADATIONS[name](), batch()
        torch.manual_seed(1)
        first = degradation(clean, seeded(7))
        torch.manual_seed(2)
        assert torch.equal(first, degradation(clean, seeded(7)))

    def test_leaves_the_global_generator_alone(self, name):
        before = torch.get_rng_state()
        DEGRADATIONS[name]()(batch(), seeded(0))
        assert torch.equal(before, torch.get_rng_state())

    def test_does_not_change_or_share_its_input(self, name):
        clean = batch()
        degraded = DEGRADATIONS[name]()(clean, seeded(0))
        degraded.zero_()
        assert torch.equal(clean, batch())

    def test_is_a_value(self, name):
        entry = DEGRADATIONS[name]
        assert entry() == entry()
        assert hash(entry()) == hash(entry())
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(entry(), dataclasses.fields(entry)[0].name, None)

    def test_json_brings_it_back(self, name):
        degradation = DEGRADATIONS[name]()
        assert build(json.loads(json.dumps(describe(degradation)))) == degradation

    def test_its_name_alone_is_a_spec(self, name):
        assert parse(name) == DEGRADATIONS[name]()

    def test_what_it_says_about_its_noise_is_what_it_does(self, name):
        degradation = DEGRADATIONS[name]()
        if not hasattr(degradation, "with_sigma"):
            pytest.skip("its damage has no standard deviation")
        # Four bands of brightness, in pictures small enough for what looks at all of their pixels together.
        clean = torch.linspace(0.1, 0.9, 4).repeat_interleave(8).expand(64, 3, 24, -1)
        degraded, sigma = degradation.with_sigma(clean, seeded(3))
        assert sigma.shape == (64, 1, 24, 32)
        squares = ((degraded - clean) ** 2).mean(dim=1, keepdim=True)
        found, told = (one.mean(dim=(0, 1, 2)).view(4, 8).mean(dim=1).sqrt() for one in (squares, sigma**2))
        torch.testing.assert_close(found, told, rtol=0.1, atol=0)
        assert torch.equal(degraded, degradation(clean, seeded(3)))

    def test_a_gradient_flows_where_physics_has_one(self, name):
        if name == "webp":
            pytest.skip("it leaves torch")
        clean = (0.1 + 0.8 * batch()).requires_grad_()
        DEGRADATIONS[name]()(clean, seeded(3)).sum().backward()
        assert clean.grad is not None
        assert clean.grad.isfinite().all()

    def test_what_it_says_about_its_quality_is_true_of_the_batch(self, name):
        degradation = DEGRADATIONS[name]()
        if not hasattr(degradation, "with_quality"):
            pytest.skip("it knows no quality")
        clean = batch()
        degraded, quality = degradation.with_quality(clean, seeded(3))
        assert quality.shape == (3, 1, *degraded.shape[2:])
        assert ((quality > 0) & (quality <= 1)).all()
        assert (quality == quality[:, :, :1, :1]).all()
        assert torch.equal(degraded, degradation(clean, seeded(3)))
