import torch

from relume.make.losses import build, describe
from relume.make.losses.perceptual import Perceptual

CLEAN = torch.rand(2, 3, 40, 40, generator=torch.Generator().manual_seed(0))
RESTORED = (CLEAN + 0.1 * torch.randn(CLEAN.shape, generator=torch.Generator().manual_seed(1))).clamp(0, 1)


def test_is_twice_one_minus_the_cosine_between_what_is_seen(backbone):
    seen, wanted = backbone(RESTORED), backbone(CLEAN)
    cosine = torch.nn.functional.cosine_similarity(seen, wanted, dim=1)
    assert (seen.norm(dim=1) > 0).all()
    assert (wanted.norm(dim=1) > 0).all()
    torch.testing.assert_close(
        Perceptual(backbone=backbone)(RESTORED, CLEAN), (2 - 2 * cosine).mean(), rtol=1e-4, atol=0
    )


def test_layers_are_summed_and_can_be_chosen(squeezenet_file):
    whole = Perceptual(backbone=squeezenet_file)(RESTORED, CLEAN)
    parts = [Perceptual(backbone=squeezenet_file, layers=(layer,))(RESTORED, CLEAN) for layer in range(5)]
    torch.testing.assert_close(whole, torch.stack(parts).sum())


def test_the_path_of_a_backbone_goes_to_json(squeezenet_file):
    loss = Perceptual(backbone=str(squeezenet_file), layers=(1, 2))
    assert describe(loss) == {"name": "perceptual", "backbone": str(squeezenet_file), "layers": [1, 2]}
    assert build(describe(loss)) == loss
