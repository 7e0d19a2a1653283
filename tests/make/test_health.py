import pytest
import torch

from relume.errors import BadModelError
from relume.make.health import IN_A_ROW, IN_A_ROW_HALF, Health

SICK, WELL = torch.tensor(float("nan")), torch.tensor(1.0)


def stepped(health, figure, gradient=1.0):
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.AdamW([weight], lr=0.1, fused=True)
    weight.grad = torch.full((2,), gradient)
    health.judge(optimizer, WELL, figure)
    optimizer.step()
    return weight.detach()


@pytest.mark.parametrize("figure", [SICK, torch.tensor(float("inf")), torch.tensor(float("-inf"))])
def test_a_step_that_is_no_number_changes_nothing_and_is_counted(figure):
    health = Health(torch.device("cpu"), precision="32-true")
    assert torch.equal(stepped(health, figure, gradient=float("nan")), torch.ones(2))
    assert not health.check(1)
    assert int(health.skipped) == 1
    assert (stepped(health, WELL) < 1).all()
    assert health.check(2)
    assert int(health.skipped) == 1


@pytest.mark.parametrize(("precision", "limit"), [("bf16-mixed", IN_A_ROW), ("16-mixed", IN_A_ROW_HALF)])
def test_many_in_a_row_end_the_run_and_say_what_to_do(precision, limit):
    health = Health(torch.device("cpu"), precision=precision)
    for figure in [*[SICK] * (limit - 1), WELL, *[SICK] * (limit - 1), WELL]:
        stepped(health, figure)
    assert health.check(7)
    for _ in range(limit):
        stepped(health, SICK)
    stepped(health, WELL)  # a row that has ended between two looks counts all the same
    with pytest.raises(BadModelError, match=rf"in {limit} steps in a row, up to step 8; .* Resume with a lower rate"):
        health.check(8)
