import json
from dataclasses import replace

import pytest

from relume.errors import BadInputError, UnknownOptionError
from relume.make.recipe import Phase, Recipe
from relume.make.recipes.denoise_balanced import recipe


def test_settings_are_read_as_what_they_replace():
    changed = recipe.changed({"steps": "2000", "learning_rate": "5e-4", "data": "a,b", "betas": "0.8,0.9"})
    assert (changed.steps, changed.learning_rate) == (2000, 5e-4)
    assert (changed.data, changed.betas) == (("a", "b"), (0.8, 0.9))
    names = ("steps", "learning_rate", "data", "betas")
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
        ({"degrade": ()}, r"Each degradation of 'balanced' needs a share above 0, and there is at least one"),
    ],
)
def test_a_recipe_that_cannot_run_cannot_be(change, message):
    with pytest.raises(BadInputError, match=message):
        replace(recipe, **change)


def test_json_of_another_version_is_refused_by_the_name_it_does_not_know():
    text = json.dumps({**json.loads(recipe.to_json()), "momentum": 0.9})
    with pytest.raises(UnknownOptionError, match=r"A recipe has no option 'momentum'"):
        Recipe.from_json(text)
