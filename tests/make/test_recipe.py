import json
import math
from dataclasses import replace

import pytest

from relume.degrade.gaussian_noise import GaussianNoise
from relume.errors import BadInputError, UnknownOptionError
from relume.make.losses.l1 import L1
from relume.make.losses.psnr import Psnr
from relume.make.recipe import Phase, Recipe
from relume.make.recipes.denoise_balanced import recipe


def test_settings_are_read_as_what_they_replace():
    changed = recipe.changed(
        {"steps": "2000", "learning_rate": "5e-4", "data": "a,b", "shares": "1,2", "betas": "0.8,0.9"}
    )
    assert (changed.steps, changed.learning_rate) == (2000, 5e-4)
    assert (changed.data, changed.betas) == (("a", "b"), (0.8, 0.9))
    names = ("steps", "learning_rate", "data", "betas", "shares")
    assert replace(changed, **{name: getattr(recipe, name) for name in names}) == recipe


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(UnknownOptionError, match=r"Recipe 'balanced' has no option 'step'. Did you mean 'steps'"):
        recipe.changed({"step": "3"})
    with pytest.raises(BadInputError, match=rf"steps takes a number like {recipe.steps}, but came as 'many'"):
        recipe.changed({"steps": "many"})
    with pytest.raises(BadInputError, match=r"phases is more than one value: copy the recipe's file"):
        recipe.changed({"phases": "[]"})


def test_rate_warms_up_stays_and_falls_evenly_to_zero():
    plain = replace(recipe, steps=1000, learning_rate=2.0, warmup=100, cooldown=0.4)
    rates = [plain.rate(step) for step in (0, 49, 99, 100, 599, 800, 1000)]
    assert rates == pytest.approx([0.02, 1.0, 2.0, 2.0, 2.0, 1.0, 0.0])


def test_the_cosine_is_that_of_its_paper():
    plain = replace(recipe, steps=1000, learning_rate=2.0, warmup=0, cooldown=1.0, schedule="cosine")
    rates = [plain.rate(step) for step in (0, 250, 500, 750, 1000)]
    assert rates == pytest.approx([1 + math.cos(math.pi * share) for share in (0, 0.25, 0.5, 0.75, 1)])


def test_a_short_run_warms_up_in_a_tenth_of_its_steps():
    short = replace(recipe, steps=200, learning_rate=2.0, warmup=500, cooldown=0.5)
    assert [short.rate(step) for step in (9, 19, 99)] == pytest.approx([1.0, 2.0, 2.0])


def test_losses_and_regimes_and_parts_of_them_are_set():
    changed = recipe.changed({"losses": "l1,0.5*psnr", "options.width": "16", "options.blocks": "[1, 2]"})
    assert changed.losses == ((1.0, L1()), (0.5, Psnr()))
    assert changed.options == {"width": 16, "blocks": (1, 2)}
    assert recipe.changed({"loss": "l1"}).losses == ((1.0, L1()),)
    assert recipe.changed({"regime": "supervised"}).regime == recipe.regime
    assert recipe.changed({"compile": "true"}).compile


def test_recipes_of_version_0_1_are_read():
    plain = json.loads(recipe.to_json())
    for name in ("losses", "channels", "untold", "schedule", "compile"):
        del plain[name]
    old = Recipe.from_json(json.dumps({**plain, "loss": "l1", "regime": "supervised"}))
    assert old == replace(recipe, losses=((1.0, L1()),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"r.json is no JSON, so no recipe: .* Mend it, or write it anew"),
        ("[]", r"r.json is no recipe: it holds \[\] where an object with fields is expected"),
        ("{}", r"r.json is no whole recipe: task, name, net, degrade, data, phases, steps is missing"),
        ({"steps": "many"}, r"r.json is no recipe that can run: steps came as 'many' \(int is expected\)"),
        ({"seed": True}, r"seed came as True \(int is expected\)"),
        ({"phases": [{"start": 0}]}, r"phases came as \[\{'start': 0\}\] \(.*missing"),
        (
            {"losses": [[1, "l7"]]},
            r"r.json is no recipe that can run, for its losses: No loss named 'l7'",
        ),
        ({"degrade": 3}, r"degrade came as 3"),
        ({"data": "photos"}, r"data came as 'photos'"),
    ],
)
def test_a_broken_file_is_told(text, message):
    if isinstance(text, dict):
        text = json.dumps({**json.loads(recipe.to_json()), **text})
    with pytest.raises(BadInputError, match=message):
        Recipe.from_json(text, source="r.json")


def test_parts_that_are_none_are_refused():
    with pytest.raises(UnknownOptionError, match="The regime 'supervised' has no option 'weight'"):
        recipe.changed({"regime.weight": "1"})
    with pytest.raises(BadInputError, match=r"steps has no parts, but steps.a was set. Set steps itself"):
        recipe.changed({"steps.a": "1"})
    with pytest.raises(BadInputError, match=r"losses takes l1,0.1\*ssim and the like, but came as 'x\*l1'"):
        recipe.changed({"losses": "x*l1"})
    with pytest.raises(BadInputError, match="compile takes true or false, but came as '1'"):
        recipe.changed({"compile": "1"})
    with pytest.raises(BadInputError, match=r"takes a number like .*, but came as '2.5'"):
        recipe.changed({"steps": "2.5"})


def test_a_step_belongs_to_the_last_phase_that_has_begun():
    first, second = Phase(start=0.0, batch=2, crop=8), Phase(start=0.5, batch=1, crop=16)
    two = replace(recipe, steps=100, phases=(first, second))
    assert [two.phase(step) for step in (0, 49, 50, 99)] == [first, first, second, second]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"phases": (Phase(start=0.1, batch=1, crop=8),)},
            r"Phases start at 0 and go up to below 1, but .* are \[0.1\]",
        ),
        ({"phases": ()}, r"Phases start at 0"),
        ({"phases": (Phase(start=0.0, batch=0, crop=8),)}, r"A phase has at least one crop of one pixel"),
        ({"steps": 0}, r"A recipe takes at least one step, but 'balanced' has steps=0"),
        ({"shares": (0.5,)}, r"Each folder of 'balanced' has a share above 0, but its 3 have \(0.5,\)"),
        ({"shares": (0.5, 0.5, 0.0)}, r"Each folder of 'balanced' has a share above 0"),
        ({"degrade": ((0.0, GaussianNoise()),)}, r"Each degradation of 'balanced' needs a share above 0"),
        ({"losses": ()}, r"Each loss of 'balanced' needs a weight above 0, and there is at least one"),
        ({"schedule": "step"}, r"schedule is linear or cosine, but 'balanced' has 'step'"),
        ({"untold": 1.5}, r"untold is a share from 0 to 1, but 'balanced' has 1.5"),
    ],
)
def test_a_recipe_that_cannot_run_cannot_be(change, message):
    with pytest.raises(BadInputError, match=message):
        replace(recipe, **change)


def test_json_of_another_version_is_refused_by_the_name_it_does_not_know():
    text = json.dumps({**json.loads(recipe.to_json()), "momentum": 0.9})
    with pytest.raises(UnknownOptionError, match=r"A recipe has no option 'momentum'"):
        Recipe.from_json(text)
