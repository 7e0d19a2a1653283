import pytest
import torch
from lightning.fabric import Fabric

from relume.make.data import open_data
from relume.make.nets.unet import UNet
from relume.make.regimes._pairs import Pairs
from relume.make.regimes.supervised import Supervised


def test_the_loss_is_that_of_the_nets_result(recipe, data):
    corpus = open_data(data, ["one"])
    net = UNet(width=8, blocks=(1, 1))
    learner = Supervised().begin(recipe, corpus, net, Fabric(accelerator="cpu", devices=1))
    batch = Pairs(recipe=recipe, data=corpus, told=("sigma",)).batch(2)
    expected = (net(batch.degraded, batch.told["sigma"]) - batch.clean).abs().mean()
    assert float(learner.losses(2)["l1"].detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
    assert torch.is_grad_enabled()
    assert (learner.state(), learner.after(2), learner.rates(2)) == ({}, {}, (1.0,))
