import json
from pathlib import Path

import pytest

from relume.tasks import TASKS


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own models"
    monkeypatch.setenv("RELUME_MODELS", str(folder))
    return folder


def test_list_names_every_model_and_its_task(relume_):
    rows = relume_("models", "list", "--json").json
    median = {"task": "denoise", "name": "median", "version": "1", "scale": 1, "default": False}
    assert median.items() < next(row for row in rows if row["name"] == "median").items()
    assert [row["task"] for row in rows] == sorted(row["task"] for row in rows)
    *table, _, legend = relume_("models").out.splitlines()
    assert [line.split()[1] for line in table] == [row["name"] for row in rows]
    defaults = [line.split()[1] for line in table if " * " in line]
    assert defaults == [row["name"] for row in rows if row["default"]]
    assert {TASKS["enhance"].default, TASKS["upscale"].default} <= {*defaults}
    assert legend == "* is used unless --model names another."


def test_list_of_one_task(relume_):
    rows = relume_("models", "list", "--task", "upscale", "--json").json
    assert {row["task"] for row in rows} == {"upscale"}


def test_show_prints_the_manifest(relume_):
    shown = json.loads(relume_("models", "show", "median").out)
    assert (shown["task"], shown["name"]) == ("denoise", "median")


def test_an_unknown_model_is_wrong_usage_with_a_guess(relume_):
    said = relume_("models", "show", "medain")
    assert said.code == 2
    assert "No model named 'medain'. Did you mean 'median'?" in said.err


def test_what_came_with_relume_is_not_removed(relume_):
    said = relume_("models", "remove", "median")
    assert said.code == 2
    assert said.err == "relume: median came with relume and cannot be removed; only added models can.\n"


def test_adding_what_is_not_there_is_told(relume_, tmp_path):
    said = relume_("models", "add", tmp_path / "no.onnx")
    assert said.code == 2
    assert "There is no model file" in said.err


def test_an_added_model_is_listed_used_and_removed(relume_, own, tmp_path, picture):
    onnx = pytest.importorskip("onnx")
    axes = [1, 3, "h", "w"]
    one, two = (onnx.helper.make_tensor_value_info(name, 1, axes) for name in ("image", "restored"))
    half = onnx.helper.make_tensor("half", 1, [], [0.5])
    node = onnx.helper.make_node("Mul", ["image", "half"], ["restored"])
    graph = onnx.helper.make_graph([node], "halves", [one], [two], [half])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, tmp_path / "net.onnx")
    said = relume_("models", "add", tmp_path / "net.onnx", "--name", "halves")
    assert (said.code, said.out) == (0, "added. Use it with: relume denoise --model halves INPUT -o OUT\n")
    assert "halves" in [row["name"] for row in relume_("models", "list", "--json").json]
    source = picture(tmp_path / "in.png")
    assert relume_("denoise", source, "-o", tmp_path / "out.png", "--model", "halves").code == 0
    assert relume_("models", "remove", "halves").code == 0
    assert list(own.iterdir()) == []
