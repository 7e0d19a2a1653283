from pathlib import Path

import pytest
import torch

from relume.errors import BadInputError, BadModelError, UnknownNameError
from relume.make.recipe import Recipe
from relume.make.recipes import RECIPES
from relume.make.run_folder import read_weights
from relume.run.manifest import Manifest


def test_a_model_gives_the_weights_of_its_run_in_half_precision(run, model):
    recipe, weights = read_weights(model)
    own, exact = read_weights(run)
    assert recipe == own
    assert weights.keys() == exact.keys()
    for name, value in weights.items():
        assert torch.equal(value, exact[name].half().float())


def test_a_model_is_found_by_its_name_among_those_of_the_same_task():
    recipe, weights = read_weights(Path("balanced"), like=RECIPES["denoise_fast"])
    assert (recipe.task, recipe.name) == ("denoise", "balanced")
    recipe.new_net().load_state_dict(weights)
    with pytest.raises(UnknownNameError, match="balansed"):
        read_weights(Path("balansed"), like=RECIPES["denoise_fast"])
    with pytest.raises(BadInputError, match="nlm is no run folder: recipe.json is missing"):
        read_weights(Path("nlm"), like=RECIPES["denoise_fast"])


def test_a_model_that_cannot_be_trained_on_is_told(model, tmp_path):
    file = tmp_path / "manifest.json"
    manifest = Manifest.read(model / "manifest.json")
    (tmp_path / manifest.precisions["fp32"].file).write_bytes((model / manifest.precisions["fp32"].file).read_bytes())
    manifest.model_copy(update={"recipe": {}}).write(file)
    with pytest.raises(BadInputError, match="does not say by which recipe it was made. Give a run's folder"):
        read_weights(tmp_path)
    recipe = Recipe.from_json(RECIPES["denoise_fast"].to_json())
    manifest.model_copy(update={"recipe": {**manifest.recipe, "net": "dncnn", "options": {"depth": 3}}}).write(file)
    with pytest.raises(BadModelError, match=r"no longer holds .* of dncnn: it was folded into other weights"):
        read_weights(tmp_path, like=recipe)
