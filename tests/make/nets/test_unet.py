import pytest
import torch

from relume.make.nets.unet import Residual, UNet


def test_has_the_size_that_the_recipe_tells_of():
    with torch.device("meta"):
        net = UNet(width=48, blocks=(1, 1, 2))
    assert sum(parameter.numel() for parameter in net.parameters()) == 1_870_956
    assert (net.multiple_of, net.halo) == (8, 67)


def test_the_names_of_its_weights_stay_so_that_runs_stay_loadable():
    names = {".".join(name.split(".")[:1]) for name in UNet(width=8).state_dict()}
    assert names == {"head", "down_blocks", "downs", "bottom", "ups", "up_blocks", "tail"}
    assert "up_blocks.0.0.first.weight" in UNet(width=8).state_dict()


def test_takes_away_from_the_picture_what_its_tail_says():
    net = UNet(width=8, blocks=(1, 1)).eval()
    with torch.no_grad():
        net.tail.weight.zero_()
        net.tail.bias.copy_(torch.arange(12) / 100)
        image = torch.rand(1, 3, 8, 8)
        taken = image - net(image, torch.zeros(1, 1, 8, 8))
    # Unshuffled by 2: four neighbouring outputs of the tail are the pixels of a 2x2 cell of one channel.
    for channel in range(3):
        cell = torch.tensor([[4 * channel, 4 * channel + 1], [4 * channel + 2, 4 * channel + 3]]) / 100
        torch.testing.assert_close(taken[0, channel], cell.repeat(4, 4))


def test_a_new_block_is_the_identity():
    x = torch.randn(1, 8, 5, 5)
    assert torch.equal(Residual(8)(x), x)


def test_listens_to_the_noise_level_where_it_is_told():
    net = UNet(width=8, blocks=(1,)).eval()
    image, sigma = torch.rand(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)
    louder = sigma.clone()
    louder[..., :8] = 0.2
    with torch.no_grad():
        change = (net(image, louder) - net(image, sigma)).abs().sum(dim=(0, 1, 2))
    assert (change[:8] > 0).all()
    assert not change[8 + net.halo :].any()


@pytest.mark.parametrize(
    ("blocks", "halo"), [((1,), 9), ((1, 1), 23), ((1, 1, 2), 67), ((2, 2, 2, 2), 4 + 8 * (2 + 4 + 8) + 64 + 15)]
)
def test_its_halo_is_the_sum_of_its_reaches(blocks, halo):
    with torch.device("meta"):
        assert UNet(width=8, blocks=blocks).halo == halo


def test_the_exported_form_of_the_head_gives_the_same_sums():
    torch.manual_seed(0)
    net = UNet(width=8, blocks=(1, 1))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_(std=0.1)
    x, level = torch.rand(2, 3, 24, 32), torch.rand(2, 1, 24, 32)
    torch.testing.assert_close(net.eval()(x, level), net.train()(x, level), rtol=1e-4, atol=1e-5)
