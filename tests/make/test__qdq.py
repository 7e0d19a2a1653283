import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from relume.make._calibrate import METHODS, whole
from relume.make._levelling import levelled
from relume.make._qdq import Plan, Span, find_layers, find_sums, quantized, unpacked
from relume.run.session.onnx import OnnxSession

SPANS = {"a": (-4.0, 6.0), "r": (0.0, 5.0), "b": (-3.0, 3.0), "s": (-6.0, 8.0)}


def net(*, uneven=False):
    """image → conv a → conv → relu r → conv b → a + b = s → conv → restored; weights in half with casts behind them."""
    rng = np.random.default_rng(0)
    stored, nodes = [], []

    def conv(source, result, outputs, inputs, name):
        weights = rng.normal(0, 1 / np.sqrt(9 * inputs), (outputs, inputs, 3, 3)).astype(np.float16)
        if uneven and name == "one":
            weights *= (2.0 ** np.arange(-3, outputs - 3)).astype(np.float16)[:, None, None, None]
        if uneven and name in ("two", "four"):
            weights /= (2.0 ** np.arange(-3, inputs - 3)).astype(np.float16)[None, :, None, None]
        stored.append(numpy_helper.from_array(weights, f"{name}.half"))
        stored.append(numpy_helper.from_array(rng.normal(0, 0.1, outputs).astype(np.float32), f"{name}.bias"))
        nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Conv", [source, name, f"{name}.bias"], [result], pads=[1] * 4))

    conv("image", "a", 8, 3, "one")
    conv("a", "c", 8, 8, "two")
    nodes.append(helper.make_node("Relu", ["c"], ["r"]))
    conv("r", "b", 8, 8, "three")
    nodes.append(helper.make_node("Add", ["a", "b"], ["s"]))
    conv("s", "restored", 3, 8, "four")
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 3, "h", "w"]) for n in ("image", "restored")]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def run(model, picture):
    return OnnxSession(model.SerializeToString(), device="cpu").run(picture, {})


def by_hand(model, picture, chosen, sums):
    """The same arithmetic in NumPy: round what is read and written in 8 bits, and weights by output channel."""
    from scipy.signal import correlate

    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}

    def rounded(x, name):
        low, high = SPANS[name]
        scale = (high - low) / 255
        zero = round(-low / scale)
        return (np.clip(np.rint(x / scale) + zero, 0, 255) - zero) * scale

    def conv(x, name):
        weights = stored[name].astype(np.float64)
        if name in chosen:
            scale = np.abs(weights).max(axis=(1, 2, 3), keepdims=True) / 127
            weights = np.rint(weights / scale) * scale
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        return (
            np.stack([correlate(padded, w, mode="valid", method="direct")[0] for w in weights])
            + stored[f"{name}.bias"][:, None, None]
        )

    a = conv(picture[0].transpose(2, 0, 1), "one")
    c = conv(rounded(a, "a"), "two")
    b = rounded(conv(rounded(np.maximum(c, 0), "r"), "three"), "b")
    s = rounded(rounded(a, "a") + b, "s") if "s" in sums else a + b
    return conv(s, "four").transpose(1, 2, 0)


@pytest.fixture
def picture():
    return np.random.default_rng(1).random((1, 16, 20, 3), np.float32)


def test_casts_of_weights_are_folded_and_nothing_changes(picture):
    model = net()
    plain = unpacked(model)
    assert {node.op_type for node in plain.graph.node} == {"Conv", "Relu", "Add"}
    assert {tensor.data_type for tensor in plain.graph.initializer} == {TensorProto.FLOAT}
    np.testing.assert_array_equal(run(plain, picture), run(model, picture))


def test_layers_and_sums_are_found_with_what_they_read_and_write():
    model = unpacked(net())
    found = [(layer.name, layer.reads, layer.writes, layer.relu, layer.macs) for layer in find_layers(model)]
    assert found == [
        ("one", "image", "a", False, 216),
        ("two", "a", "r", True, 576),
        ("three", "r", "b", False, 576),
        ("four", "s", "restored", False, 216),
    ]
    assert find_sums(model) == {"s"}


@pytest.mark.parametrize("sums", [frozenset(), frozenset({"s"})])
def test_the_rounded_model_computes_what_is_computed_by_hand(picture, sums):
    model = unpacked(net())
    inner = find_layers(model)[1:-1]
    spans = {name: Span(*ends) for name, ends in SPANS.items()}
    got = run(quantized(model, Plan(inner, sums), spans), picture)[0]
    wanted = by_hand(model, picture, {layer.name for layer in inner}, sums)
    # A tie that is rounded the other way is one level of one number.
    assert np.abs(got - wanted).mean() < 2e-3
    assert np.abs(got - wanted).max() < 0.06
    assert np.abs(got - run(model, picture)[0]).mean() > 5 * np.abs(got - wanted).mean()


def test_runtimes_compute_it_in_8_bits(picture, tmp_path):
    import onnxruntime

    model = unpacked(net())
    spans = {name: Span(*ends) for name, ends in SPANS.items()}
    rounded = quantized(model, Plan(find_layers(model)[1:-1]), spans)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "seen.onnx")
    options.log_severity_level = 4
    onnxruntime.InferenceSession(rounded.SerializeToString(), options, providers=["CPUExecutionProvider"])
    kinds = [node.op_type for node in onnx.load(tmp_path / "seen.onnx").graph.node]
    assert kinds.count("QLinearConv") == 2
    openvino = pytest.importorskip("relume.run.session.openvino").OpenvinoSession
    other = openvino(rounded.SerializeToString(), precision="int8").run(picture, {})
    np.testing.assert_allclose(other, run(rounded, picture), atol=0.06)


def test_levelling_changes_no_bit_of_the_result_and_evens_the_channels(picture):
    model = unpacked(net(uneven=True))
    reach = {"a": 2.0 ** np.arange(-3, 5), "s": 2.0 ** np.arange(-3, 5)}
    even = levelled(model, reach)
    np.testing.assert_array_equal(run(even, picture), run(model, picture))
    weights = {t.name: numpy_helper.to_array(t) for t in even.graph.initializer}
    before = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}

    def spread(stored):
        largest = np.abs(stored["one"]).max(axis=(1, 2, 3))
        return largest.max() / largest.min()

    assert spread(before) > 60
    assert spread(weights) < 8
    halves = {name: value.astype(np.float16) for name, value in weights.items()}
    assert all(np.array_equal(halves[name], weights[name]) for name in ("one", "two", "three", "four"))


def test_levelling_leaves_alone_what_others_see(picture):
    model = unpacked(net())
    model.graph.output.append(helper.make_tensor_value_info("a", TensorProto.FLOAT, None))
    even = levelled(model, {"a": np.arange(1.0, 9.0), "r": np.arange(1.0, 9.0)})
    weights = {t.name: numpy_helper.to_array(t) for t in even.graph.initializer}
    before = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    np.testing.assert_array_equal(weights["one"], before["one"])
    assert not np.array_equal(weights["two"], before["two"])  # its ReLU's channels are nobody else's


def error(values, span):
    levels = np.clip(np.rint(values / span.scale) + span.zero, 0, 255)
    return np.mean(((levels - span.zero) * span.scale - values) ** 2)


def test_the_range_of_least_error_beats_every_other_range():
    values = np.random.default_rng(0).standard_normal(50_000)
    values[:3] = 12  # a few far away: the whole range wastes levels on them
    best = METHODS["mse"](values)
    assert error(values, best) < 0.99 * error(values, whole(values))
    for low in np.linspace(-2, -5, 7):
        for high in np.linspace(2, 12, 11):
            assert error(values, best) < 1.1 * error(values, Span(low, high))


def test_ranges_of_evenly_spread_values_are_nearly_the_whole():
    values = np.random.default_rng(0).uniform(-1, 3, 50_000)
    for rule in METHODS.values():
        span = rule(values)
        assert (span.low, span.high) == pytest.approx((-1, 3), abs=0.25)


def test_a_percentile_leaves_a_ten_thousandth_at_each_end():
    span = METHODS["percentile"](np.arange(100_001.0))
    assert (span.low, span.high) == pytest.approx((10, 99_990))


@pytest.mark.parametrize("values", [np.full(900, 0.1, np.float32), np.zeros(900, np.float32)])
def test_one_value_alone_has_a_range_too(values):
    for rule in METHODS.values():
        assert error(values, rule(values)) < 0.001


def test_zero_is_a_level_of_every_range():
    for low, high in ((-0.37, 1.91), (0.2, 3.0), (-5.0, -1.0), (0.0, 0.0)):
        span = Span(low, high)
        assert 0 <= span.zero <= 255
        assert (span.zero - span.zero) * span.scale == 0


def test_values_that_are_all_far_from_zero_have_a_range_by_every_rule():
    values = np.linspace(0.5, 1.0, 20_000)
    for rule in METHODS.values():
        assert error(values, rule(values)) < 1e-5
