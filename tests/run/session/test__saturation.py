import numpy as np
import pytest

from relume.run.session import _saturation, onnx
from relume.run.session._saturation import MODEL, saturates
from relume.run.session.onnx import OnnxSession


def test_the_stored_model_is_the_product_that_its_comment_says():
    onnx = pytest.importorskip("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    value = helper.make_tensor("v", kinds.INT8, [1], [127])
    nodes = [
        helper.make_node("ConstantOfShape", ["k"], ["b"], value=value),
        helper.make_node("MatMulInteger", ["a", "b"], ["y"]),
    ]
    ends = [
        helper.make_tensor_value_info("a", kinds.UINT8, [16, 64]),
        helper.make_tensor_value_info("y", kinds.INT32, [16, 16]),
    ]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [helper.make_tensor("k", kinds.INT64, [2], [64, 16])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    assert onnx.ModelProto.FromString(MODEL) == model


@pytest.mark.parametrize("kept", [32767, 255 * 127 * 2])
def test_sums_that_were_clipped_are_noticed(monkeypatch, kept):
    """Pairs of products clipped to 16 bits, as processors without VNNI add them."""

    class Session:
        def __init__(self, *_arguments, **_options):
            pass

        def run(self, _names, inputs):
            return [np.full((16, 16), kept * inputs["a"].shape[1] // 2)]

    monkeypatch.setattr(_saturation.onnxruntime, "InferenceSession", Session)
    saturates.cache_clear()
    assert saturates() == (kept == 32767)
    saturates.cache_clear()


@pytest.mark.parametrize("clips", [False, True])
def test_the_slow_way_is_taken_only_where_sums_are_clipped(monkeypatch, clips):
    monkeypatch.setattr(onnx, "saturates", lambda: clips)
    options = OnnxSession(MODEL, device="cpu").runtime.get_session_options()
    if clips:
        assert options.get_session_config_entry("session.x64quantprecision") == "1"
    else:
        with pytest.raises(RuntimeError):
            options.get_session_config_entry("session.x64quantprecision")
