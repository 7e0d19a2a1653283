import json

import pytest

pytest.importorskip("torch")


def test_a_filter_cannot_be_quantised(relume_):
    said = relume_("quantize", "gaussian")
    assert said.code == 2
    assert "gaussian has no fp32 file to quantise" in said.err


def test_it_prints_what_was_lost_and_what_stays_in_float(relume_, monkeypatch, tmp_path):
    from relume.make import quantize as module

    made = module.Quantized(
        file=tmp_path / "model.int8.onnx",
        data="photos",
        fp32={"noise": 30.0, "more noise": 27.5},
        int8={"noise": 29.96, "more noise": 27.48},
        method="mse",
        tried={"mse": 0.02, "minmax": 0.5},
        kept=("head.weight", "tail.weight"),
        bytes_fp32=4_000_000,
        bytes_int8=1_000_000,
    )
    monkeypatch.setattr(module, "quantize", lambda *_, **__: made)
    lines = relume_("quantize", "balanced").out.splitlines()
    assert lines[1].split() == ["noise", "30.00", "29.96", "0.040"]
    assert lines[3].split() == ["mean", "0.030"]
    assert "1.00 MB, 0.250 of the model in full precision" in lines[-2]
    said = json.loads(relume_("quantize", "balanced", "--json").out)
    assert (said["lost"], said["kept"]) == (0.03, ["head.weight", "tail.weight"])
