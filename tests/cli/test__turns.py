import json

import numpy as np
import pytest

from relume.cli import _runner
from relume.cli._turns import Measured, in_turns

WAY = {
    "task": "denoise", "model": "box", "scale": None, "device": "cpu", "precision": "fp32", "runtime": "onnx",
    "threads": 1, "size": 48,
}  # fmt: skip


def test_each_way_has_its_figures_or_its_reason_in_their_order():
    first, second, third = in_turns([WAY, WAY | {"precision": "int8"}, WAY | {"size": "large"}], runs=2)
    assert isinstance(first, Measured)
    assert first.peak_bytes is None or 20e6 < first.peak_bytes < 1e9  # NumPy and a small picture, and not this process
    assert second == "box is a filter: it runs on the processor in fp32, not on 'cpu' in 'int8'."
    # A process that dies is told of with its last words.
    assert third.startswith("The process that measured it ended with code 1: TypeError")


def test_one_answer_for_each_turn_and_one_before():
    said = []
    _runner.serve(iter([json.dumps(WAY), "", ""]), said.append)
    assert len(said) == 3
    assert all(json.loads(line)["seconds"] > 0 for line in said)


def test_an_error_is_the_last_answer():
    said = []
    _runner.serve(iter([json.dumps(WAY | {"model": "gausian"}), ""]), said.append)
    (line,) = said
    assert "Did you mean 'gaussian'?" in json.loads(line)["error"]


def test_the_peak_grows_with_what_was_held():
    before = _runner.peak_bytes()
    if before is None:
        pytest.skip("this system does not tell")
    held = np.ones(before, np.uint8)  # as much again
    assert _runner.peak_bytes() >= held.nbytes
