import json

import pytest
import torch

from relume.errors import BadInputError, BadModelError
from relume.make import prune as module
from relume.make.data import open_data
from relume.make.prune import prune
from relume.make.recipe import Recipe
from relume.make.recycle import pairs
from relume.make.register import gmac_per_megapixel
from relume.make.run_folder import read_weights
from relume.make.train import train


def restored(run):
    recipe, weights = read_weights(run)
    net = recipe.new_net().eval()
    net.load_state_dict(weights)
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        return net(torch.rand(1, 3, 32, 32, generator=rng), torch.full((1, 1, 32, 32), 0.1))


def test_what_is_left_is_at_most_the_share_that_was_asked_for(run, tmp_path):
    pruned = prune(run, tmp_path / "small", keep=0.8, together=1)
    recipe, weights = read_weights(tmp_path / "small")
    assert pruned.recipe == recipe
    net = recipe.new_net()
    net.load_state_dict(weights)
    assert gmac_per_megapixel(net) == pytest.approx(pruned.after)
    assert 0.75 * pruned.before < pruned.after <= 0.8 * pruned.before
    told = json.loads((tmp_path / "small" / "provenance.json").read_text())
    assert told["pruned"]["provenance"]["pictures"] == 8


def test_channels_that_lead_nowhere_go_first_and_nothing_changes(run, tmp_path, monkeypatch):
    read = read_weights

    def with_idle_channels(path):
        recipe, weights = read(path)
        net = recipe.new_net()
        net.load_state_dict(weights)
        with torch.no_grad():
            for _, second in pairs(net):
                second.weight[:, ::2] = 0
        return recipe, net.state_dict()

    monkeypatch.setattr(module, "read_weights", with_idle_channels)
    idle = with_idle_channels(run)
    pruned = prune(run, tmp_path / "small", keep=0.8, together=1)
    net = idle[0].new_net().eval()
    net.load_state_dict(idle[1])
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        before = net(torch.rand(1, 3, 32, 32, generator=rng), torch.full((1, 1, 32, 32), 0.1))
    torch.testing.assert_close(restored(tmp_path / "small"), before, rtol=0, atol=1e-6)
    assert min(pruned.recipe.options["hidden"]) >= 4


def test_pictures_tell_which_channels_matter_and_training_goes_on(run, data, tmp_path):
    corpus, _ = open_data(data, ["one", "two"]).split()
    pruned = prune(run, tmp_path / "small", keep=0.8, data=corpus, together=1)
    again = pruned.recipe.changed({"steps": "3"})
    assert train(again, data=data, out=tmp_path / "tuned", init=tmp_path / "small")
    assert read_weights(tmp_path / "tuned")[0].options["hidden"] == pruned.recipe.options["hidden"]


def test_frozen_layers_of_a_fine_tuned_net_are_judged_like_the_others(run, data, tmp_path, monkeypatch):
    read = read_weights
    tuned = Recipe.changed(read(run)[0], {"regime": "fine_tune", "regime.layers": "1"})
    monkeypatch.setattr(module, "read_weights", lambda _: (tuned, read(run)[1]))
    corpus, _ = open_data(data, ["one", "two"]).split()
    frozen = prune(run, tmp_path / "frozen", keep=0.8, data=corpus, together=1)
    monkeypatch.undo()
    alike = prune(run, tmp_path / "alike", keep=0.8, data=corpus, together=1)
    assert frozen.recipe.options == alike.recipe.options
    assert frozen.recipe.regime == tuned.regime


def test_what_cannot_be_is_refused(run, tmp_path):
    with pytest.raises(BadInputError, match="keep is a share of the multiplications, between 0 and 1, but came as 1.5"):
        prune(run, tmp_path, keep=1.5)
    with pytest.raises(BadInputError, match="holds a run already. Choose another folder"):
        prune(run, run)
    with pytest.raises(BadModelError, match=r"With only 8 hidden channels left in each block, .* Train a narrower net"):
        prune(run, tmp_path / "small", keep=0.1)
