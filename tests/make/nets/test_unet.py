import pytest
import torch

from relume.errors import BadInputError
from relume.make.losses.laplace_likelihood import LaplaceLikelihood
from relume.make.nets._residual import Residual
from relume.make.nets.unet import UNet


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


def test_inner_channels_are_those_that_pruning_left():
    hidden = (3, 5, 7, 2)  # way down, bottom twice, way up
    net = UNet(width=8, blocks=(1, 2), hidden=hidden)
    inside = [block.first.out_channels for block in net.modules() if isinstance(block, Residual)]
    assert tuple(inside) == hidden
    assert net(torch.rand(1, 3, 8, 8), torch.zeros(1, 1, 8, 8)).shape == (1, 3, 8, 8)
    with pytest.raises(BadInputError, match=r"one number of channels from 1 for each of the 4 blocks, .*\(3, 5\)"):
        UNet(width=8, blocks=(1, 2), hidden=(3, 5))
    with pytest.raises(BadInputError, match="channels from 1 for each"):
        UNet(width=8, blocks=(1, 2), hidden=(3, 5, 0, 2))


def test_dead_channels_can_be_cut_without_a_trace():
    torch.manual_seed(0)
    net, cut = UNet(width=4, blocks=(1,)), UNet(width=4, blocks=(1,), hidden=(3,))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_(std=0.3)
        net.bottom[0].second.weight[:, 2] = 0
    kept = [0, 1, 3]
    weights = net.state_dict()
    weights["bottom.0.first.weight"] = weights["bottom.0.first.weight"][kept]
    weights["bottom.0.first.bias"] = weights["bottom.0.first.bias"][kept]
    weights["bottom.0.second.weight"] = weights["bottom.0.second.weight"][:, kept]
    cut.load_state_dict(weights)
    image, sigma = torch.rand(1, 3, 8, 8), torch.rand(1, 1, 8, 8)
    torch.testing.assert_close(cut(image, sigma), net(image, sigma))


def test_a_second_head_changes_nothing_of_the_first():
    torch.manual_seed(0)
    one = UNet(width=8, blocks=(1, 1))
    torch.manual_seed(0)
    two = UNet(width=8, blocks=(1, 1), uncertain=True)
    image, sigma = torch.rand(2, 3, 16, 12), torch.rand(2, 1, 16, 12)
    both = two(image, sigma)
    assert torch.equal(both[:, :3], one(image, sigma))
    assert both.shape == (2, 4, 16, 12)
    assert (both[:, 3] == -3.5).all()  # one scale for all, to begin with


def test_the_second_head_learns_where_the_net_errs():
    torch.manual_seed(0)
    net, loss = UNet(width=8, blocks=(1,), uncertain=True), LaplaceLikelihood()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    rng = torch.Generator().manual_seed(0)
    sigma = torch.full((4, 1, 16, 16), 0.02)
    sigma[..., 8:] = 0.3
    for _ in range(150):
        clean = torch.rand(4, 3, 1, 1, generator=rng).expand(4, 3, 16, 16)
        output = net(clean + sigma * torch.randn(clean.shape, generator=rng), sigma)
        optimizer.zero_grad()
        loss(output, clean).backward()
        optimizer.step()
    error = (output[:, :3] - clean).abs().mean(dim=(0, 1, 2))
    scale = output[:, 3].exp().mean(dim=(0, 1))
    assert scale[12:].mean() > 2 * scale[:4].mean()
    assert 0.5 < float((scale[10:].mean() / error[10:].mean()).detach()) < 2
