import itertools
from dataclasses import replace

import pytest
import torch

from relume.errors import BadInputError
from relume.make.regimes.fine_tune import FineTune
from relume.make.run import Run


def test_layers_are_the_nets_stages_and_hold_all_its_parameters(net):
    groups = FineTune().groups(net)
    first, last = groups[0], groups[-1]
    assert {id(parameter) for parameter in first} == {id(parameter) for parameter in net.head.parameters()}
    assert {id(parameter) for parameter in last} == {id(parameter) for parameter in net.tail.parameters()}
    assert sum(map(len, groups)) == len(list(net.parameters()))
    assert len(groups) == 7  # head, one block down, down, bottom, up, one block up, tail


def test_layers_join_from_the_last_on_and_learn_the_less_the_earlier_they_stand():
    regime = FineTune(decay=0.5, unfrozen=0.4)
    rates = [regime.rates(step, steps=100, count=4) for step in (0, 13, 14, 39, 40, 99)]
    assert rates[0] == rates[1] == [0, 0, 0, 1]
    assert rates[2] == [0, 0, 0.5, 1]
    assert rates[3] == [0, 0.25, 0.5, 1]
    assert rates[4] == rates[5] == [0.125, 0.25, 0.5, 1]
    assert FineTune(unfrozen=0, layers=2, decay=1).rates(0, steps=9, count=4) == [0, 0, 1, 1]


def test_frozen_layers_stay_bit_by_bit_and_learn_once_they_join(recipe, corpus, fabric):
    run = Run(replace(recipe, regime=FineTune(unfrozen=0.5), weight_decay=0.1), corpus, fabric)
    moved = []
    before = {name: value.clone() for name, value in run.net.module.named_parameters()}
    for _ in run.steps():
        moved.append(
            {name for name, value in run.net.module.named_parameters() if not torch.equal(value, before[name])}
        )
    assert moved[0] == {"tail.weight", "tail.bias"}
    assert all(earlier <= later for earlier, later in itertools.pairwise(moved))
    assert moved[-1] == set(before)


def test_a_frozen_body_never_moves(recipe, corpus, fabric):
    run = Run(replace(recipe, regime=FineTune(unfrozen=0, layers=1)), corpus, fabric)
    before = run.net.module.head.weight.detach().clone()
    for _ in run.steps():
        pass
    assert torch.equal(run.net.module.head.weight, before)


def test_options_that_cannot_be_are_refused():
    with pytest.raises(BadInputError, match=r"decay lies above 0 and up to 1, but came as 1.5"):
        FineTune(decay=1.5)
    with pytest.raises(BadInputError, match=r"unfrozen is a share from 0 to 1 and layers a count, but came as 2 and 0"):
        FineTune(unfrozen=2)
