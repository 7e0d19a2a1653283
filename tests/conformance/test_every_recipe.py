"""What holds for each recipe, whoever adds one."""

import json

import pytest
import torch

from relume.degrade import build, describe
from relume.make.losses import LOSSES
from relume.make.nets import NETS
from relume.make.recipe import Recipe
from relume.make.recipes import RECIPES
from relume.make.regimes import REGIMES
from relume.tasks import TASKS


@pytest.mark.parametrize("name", RECIPES)
class TestEveryRecipe:
    def test_json_brings_back_an_equal_value(self, name):
        recipe = RECIPES[name]
        again = Recipe.from_json(recipe.to_json())
        assert again.to_json() == recipe.to_json()
        assert again == recipe

    def test_names_what_there_is(self, name):
        recipe = RECIPES[name]
        assert recipe.task in TASKS
        assert all(LOSSES.name_of(loss) in LOSSES for _, loss in recipe.losses)
        assert REGIMES.name_of(recipe.regime) in REGIMES
        scale = f"_x{recipe.options['scale']}" if recipe.task == "upscale" else ""
        assert name == f"{recipe.task}_{recipe.name}{scale}"

    def test_builds_its_net_whose_grid_fits_every_crop(self, name):
        recipe = RECIPES[name]
        with torch.device("meta"):  # no memory, no time
            net = NETS[recipe.net](recipe.channels, **recipe.options)
        assert all(phase.crop % (net.multiple_of * net.scale) == 0 for phase in recipe.phases)

    def test_degradations_round_trip_and_have_shares(self, name):
        shares = [share for share, _ in RECIPES[name].degrade]
        assert sum(shares) == pytest.approx(1)
        for _, degradation in RECIPES[name].degrade:
            assert build(json.loads(json.dumps(describe(degradation)))) == degradation

    def test_its_learning_rate_rises_stays_and_ends_at_zero(self, name):
        recipe = RECIPES[name]
        rates = [recipe.rate(step) for step in range(0, recipe.steps + 1, max(1, recipe.steps // 500))]
        assert max(rates) == recipe.learning_rate
        assert recipe.rate(0) < recipe.learning_rate
        assert recipe.rate(recipe.steps) == 0
        peak = rates.index(max(rates))
        assert rates[: peak + 1] == sorted(rates[: peak + 1])
        assert rates[peak:] == sorted(rates[peak:], reverse=True)
