import torch

from relume.make.losses.feature_matching import FeatureMatching

CLEAN = torch.rand(2, 3, 20, 20, generator=torch.Generator().manual_seed(0))


def test_is_the_mean_over_layers_of_the_mean_absolute_difference(backbone):
    seen, wanted = backbone(CLEAN**2), backbone(CLEAN)
    torch.testing.assert_close(FeatureMatching(backbone=backbone)(CLEAN**2, CLEAN), (seen - wanted).abs().mean())
    pairs = [torch.zeros(1, 2, 3, 3), torch.ones(1, 4, 2, 2)], [torch.ones(1, 2, 3, 3), torch.full((1, 4, 2, 2), 4.0)]
    assert FeatureMatching().distance(*pairs) == (1 + 3) / 2


def test_only_the_restored_picture_is_pulled():
    restored, clean = (torch.rand(1, 2, 3, 3, requires_grad=True) for _ in range(2))
    FeatureMatching().distance([restored], [clean]).backward()
    assert restored.grad is not None
    assert clean.grad is None
