from dataclasses import replace

import pytest
import torch

from relume.errors import BadInputError
from relume.make.regimes._pairs import Pairs
from relume.make.regimes.distillation import Distillation
from relume.make.run_folder import read_weights


def test_the_loss_is_between_the_teachers_result_and_the_clean_picture(recipe, corpus, net, fabric, run):
    learner = Distillation(teacher=str(run), weight=0.25).begin(recipe, corpus, net, fabric)
    found = {name: loss.detach() for name, loss in learner.losses(3).items()}
    batch = Pairs(recipe=recipe, data=corpus, told=("sigma",)).batch(3)
    teacher = recipe.new_net().eval()
    teacher.load_state_dict(read_weights(run)[1])
    with torch.no_grad():
        restored, taught = (one(batch.degraded, batch.told["sigma"]) for one in (net, teacher))
    assert float(found["l1"]) == pytest.approx(0.75 * float((restored - batch.clean).abs().mean()), rel=1e-4)
    assert float(found["l1_of_teacher"]) == pytest.approx(0.25 * float((restored - taught).abs().mean()), rel=1e-4)
    assert float((taught - batch.clean).abs().mean()) > 1e-3  # they are different goals


def test_the_teacher_alone_may_teach_and_does_not_learn(recipe, corpus, net, fabric, run):
    learner = Distillation(teacher=str(run), weight=1.0).begin(recipe, corpus, net, fabric)
    found = learner.losses(0)
    assert list(found) == ["l1_of_teacher"]
    found["l1_of_teacher"].backward()
    assert all(parameter.grad is not None for parameter in net.parameters())
    assert learner.state() == {}  # the teacher is no part of what is saved


def test_what_cannot_teach_is_told(recipe, corpus, net, fabric, tmp_path):
    with pytest.raises(BadInputError, match=r"needs the run folder of a teacher: --set regime.teacher=RUN"):
        Distillation().begin(recipe, corpus, net, fabric)
    with pytest.raises(BadInputError, match="is no run folder: recipe.json is missing"):
        Distillation(teacher=str(tmp_path)).begin(recipe, corpus, net, fabric)
    with pytest.raises(BadInputError, match="The teacher's weight is above 0 and at most 1, but came as 0"):
        Distillation(weight=0)


def test_a_recipe_is_set_to_it_by_name_and_teacher(recipe):
    changed = recipe.changed({"regime": "distillation", "regime.teacher": "runs/best", "regime.weight": "0.7"})
    assert changed.regime == Distillation(teacher="runs/best", weight=0.7)
    assert type(changed).from_json(changed.to_json()) == changed
    assert replace(changed, regime=recipe.regime) == recipe
