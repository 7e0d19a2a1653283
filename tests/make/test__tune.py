"""The graph run by PyTorch is ONNX Runtime's, and tuning takes back part of what 8 bits cost."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from relume.errors import BadInputError
from relume.make._graph import Graph
from relume.make._qdq import Plan, Span, find_layers, find_sums, quantized, used
from relume.make._trial import Trial
from relume.make._tune import tuned
from relume.run.session.onnx import OnnxSession

SPANS = {"r": Span(0.0, 1.5), "s": Span(-2.0, 2.0), "b": Span(-1.5, 1.5), "a": Span(-2.0, 2.0), "u": Span(-2, 2)}


def net():
    """image → a (stride 2) → relu r → b; a + b = s → 1x1 u → nearest x2 → shuffled tail → image - it."""
    rng = np.random.default_rng(0)
    stored = [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "scales")]
    nodes = []

    def conv(source, result, shape, name, **options):
        weights = rng.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32)
        stored.append(numpy_helper.from_array(weights, name))
        stored.append(numpy_helper.from_array(rng.normal(0, 0.1, shape[0]).astype(np.float32), f"{name}.bias"))
        nodes.append(helper.make_node("Conv", [source, name, f"{name}.bias"], [result], **options))

    conv("image", "a", (8, 3, 6, 6), "one", strides=[2, 2], pads=[2] * 4)
    conv("a", "c", (8, 8, 3, 3), "two", pads=[1] * 4)
    nodes.append(helper.make_node("Relu", ["c"], ["r"]))
    conv("r", "b", (8, 8, 3, 3), "three", pads=[1] * 4)
    nodes.append(helper.make_node("Add", ["a", "b"], ["s"]))
    conv("s", "t", (8, 8, 2, 2), "down", strides=[2, 2])
    conv("t", "u", (8, 8, 1, 1), "up")
    nearest = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    nodes.append(helper.make_node("Resize", ["u", "", "scales"], ["large"], **nearest))
    nodes.append(helper.make_node("Add", ["large", "s"], ["v"]))
    conv("v", "w", (12, 8, 3, 3), "tail", pads=[1] * 4)
    nodes.append(helper.make_node("DepthToSpace", ["w"], ["x"], blocksize=2, mode="CRD"))
    nodes.append(helper.make_node("Sub", ["image", "x"], ["restored"]))
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 3, "h", "w"]) for n in ("image", "restored")]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


@pytest.fixture
def picture():
    return np.random.default_rng(1).random((2, 3, 32, 24), np.float32)


@pytest.fixture
def rounding():
    """All but the first convolution, and the first sum."""
    return Plan(find_layers(net())[1:], frozenset({"s"})), {**SPANS, "t": Span(-2, 2), "v": Span(-3, 3)}


def by_runtime(model, picture):
    return OnnxSession(model.SerializeToString(), device="cpu").runtime.run(None, {"image": picture})[0]


def by_torch(model, picture, weights=None):
    with torch.no_grad():
        return Graph(model)({"image": torch.from_numpy(picture)}, weights).numpy()


def weights_of(model):
    return {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}


def test_in_float_the_graph_is_the_runtimes(picture):
    np.testing.assert_allclose(by_torch(net(), picture), by_runtime(net(), picture), atol=1e-5)


def test_in_8_bits_too_from_stored_levels_and_from_weights(picture, rounding):
    model = net()
    rounded = quantized(model, *rounding)
    wanted = by_runtime(rounded, picture)
    exact = by_runtime(model, picture)
    cost = np.abs(wanted - exact).mean()
    for got in (by_torch(rounded, picture), by_torch(rounded, picture, weights_of(model))):
        # Of differences d in float, a share of d / level is rounded to another level: they grow from layer to layer.
        assert np.abs(got - wanted).mean() < 0.7 * cost
        assert np.abs(got - exact).mean() == pytest.approx(cost, rel=0.05)


def test_what_is_read_by_a_resize_or_at_the_end_stays_in_float(rounding):
    plan, _ = rounding
    assert [layer.name for layer in plan.layers if layer.ends] == ["up", "tail"]
    assert find_sums(net()) == {"s", "v"}
    assert set(used(plan)) == {"a", "r", "b", "s", "t", "v"}


def test_tuning_takes_back_most_of_what_ranges_that_clip_cost(rounding):
    model, (plan, spans) = net(), rounding
    spans = {**spans, "r": Span(0.0, 0.5)}
    rng = np.random.default_rng(2)

    def trial():
        clean = rng.random((4, 3, 32, 32), np.float32)
        return Trial("noise", clean, {"noise": {"image": clean + rng.normal(0, 0.1, clean.shape).astype(np.float32)}})

    def cost(found):
        judged = np.random.default_rng(9).random((4, 3, 32, 32), np.float32)
        return np.square(by_runtime(quantized(found, plan, spans), judged) - by_runtime(model, judged)).mean()

    batches = iter(trial, None)
    assert cost(tuned(model, batches, teacher=model, plan=plan, spans=spans, steps=0)) == cost(model)
    found = tuned(model, batches, teacher=model, plan=plan, spans=spans, steps=150)
    assert cost(found) < 0.7 * cost(model)
    onnx.checker.check_model(found, full_check=True)


def test_an_operation_that_it_does_not_know_is_named():
    model = net()
    model.graph.node[2].op_type = "Sigmoid"
    with pytest.raises(BadInputError, match="Tuning cannot run Sigmoid. It knows Add, .*quantise this model without"):
        Graph(model)


def test_other_ways_to_resize_and_to_shuffle_are_refused(picture):
    for kind, name, value, said in (
        ("Resize", "mode", b"linear", "nearest neighbours of whole factors only"),
        ("DepthToSpace", "mode", b"DCR", r"mode CRD \(pixel shuffle\) only"),
    ):
        model = net()
        (node,) = (node for node in model.graph.node if node.op_type == kind)
        (attribute,) = (each for each in node.attribute if each.name == name)
        attribute.s = value
        with pytest.raises(BadInputError, match=said):
            by_torch(model, picture)
