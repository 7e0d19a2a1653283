import json
from pathlib import Path

import numpy as np
import pytest
from tests.run.conftest import mean_filter

from relume.errors import BadInputError, BadModelError, UnknownNameError
from relume.run.manifest import Manifest, ModelFile, digest
from relume.run.store import Store, user_folder


def golden(folder: Path, restored_offset: float = 0.0) -> None:
    """Give the model in `folder` a golden pair whose answer is off by `restored_offset`."""
    manifest = Manifest.read(folder / "manifest.json")
    model = Store(folder.parent).get(manifest.task, manifest.name)
    picture = np.random.default_rng(0).random((1, 16, 16, 3), np.float32)
    level = np.full((1, 16, 16, 1), 0.1, np.float32)
    restored = model.open().run(picture, {"sigma": level})
    np.savez(folder / "golden.npz", image=picture, sigma=level, restored=restored + np.float32(restored_offset))
    entry = ModelFile(file="golden.npz", sha256=digest(folder / "golden.npz"))
    manifest.model_copy(update={"golden": entry}).write(folder / "manifest.json")


def test_models_of_folders_and_filters_are_one_kind_of_thing(models: Path) -> None:
    store = Store(models)
    assert store.get("denoise", "mean").manifest.precisions
    assert store.get("denoise", "median").manifest.is_classical
    assert store.get("upscale", "lanczos", scale=3).manifest.scale == 3


def test_an_unknown_name_is_answered_with_a_guess(models: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"No model for denoise named 'meen'. Did you mean 'mean'\?"):
        Store(models).get("denoise", "meen")


def test_a_model_serves_its_own_task_only(models: Path) -> None:
    with pytest.raises(UnknownNameError, match="No model for upscale named 'mean'"):
        Store(models).get("upscale", "mean")


def test_a_scale_that_the_model_has_not(models: Path) -> None:
    with pytest.raises(BadInputError, match="twice scales by 2, not by 3"):
        Store(models).get("upscale", "twice", scale=3)


def test_a_changed_file_is_not_opened(models: Path) -> None:
    path = models / "mean" / "model.onnx"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BadModelError, match="is not the file that its manifest names"):
        Store(models).get("denoise", "mean").open()


def test_a_link_is_not_followed(models: Path, tmp_path: Path) -> None:
    path = models / "mean" / "model.onnx"
    path.rename(tmp_path / "elsewhere.onnx")
    path.symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(BadModelError, match="is missing or a link"):
        Store(models).get("denoise", "mean").open()


def test_a_precision_that_the_model_has_not(models: Path) -> None:
    with pytest.raises(BadInputError, match="mean has fp32, not precision 'int8'"):
        Store(models).get("denoise", "mean").open(precision="int8")


def test_verify_compares_with_the_golden_output(models: Path) -> None:
    golden(models / "mean")
    assert Store(models).get("denoise", "mean").verify() < 1e-6
    golden(models / "mean", restored_offset=0.01)
    with pytest.raises(BadModelError, match=r"differs from its golden output by 0\.0100"):
        Store(models).get("denoise", "mean").verify()


def test_verify_needs_something_to_compare_with(models: Path) -> None:
    with pytest.raises(BadModelError, match="mean has no golden pair"):
        Store(models).get("denoise", "mean").verify()


def test_an_onnx_file_is_asked_what_it_is(tmp_path: Path) -> None:
    path = mean_filter(tmp_path / "My Model.onnx", radius=10, scale=2, told_sigma=True)
    manifest = Store(tmp_path).get("upscale", str(path)).manifest
    assert (manifest.name, manifest.inputs, manifest.scale, manifest.channels) == ("my-model", ("image", "sigma"), 2, 3)
    assert manifest.halo is not None
    assert 8 <= manifest.halo <= 16
    assert manifest.multiple_of == 1


def test_a_grey_model_says_so(tmp_path: Path) -> None:
    path = mean_filter(tmp_path / "grey.onnx", channels=1)
    assert Store(tmp_path).get("denoise", str(path)).manifest.channels == 1


def test_an_onnx_file_that_is_no_restorer_is_refused(tmp_path: Path) -> None:
    path = mean_filter(tmp_path / "five.onnx", channels=5)
    with pytest.raises(BadModelError, match="takes 5 channels; a restorer takes 1 or 3"):
        Store(tmp_path).get("denoise", str(path))


def test_a_missing_model_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="There is no model file"):
        Store(tmp_path).get("denoise", str(tmp_path / "none.onnx"))


def test_add_and_remove(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = mean_filter(tmp_path / "m.onnx")
    assert Store(home).add(path, task="denoise", name="mine").name == "mine"
    path.unlink()
    model = Store(home).get("denoise", "mine")
    picture = np.ones((1, 9, 9, 3), np.float32)
    assert model.open().run(picture, {})[0, 4, 4, 0] == pytest.approx(1)
    assert [entry.name for entry in home.iterdir()] == ["denoise-mine-x1"]
    Store(home).remove("denoise", "mine")
    assert list(home.iterdir()) == []


def test_adding_again_replaces(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for radius in (1, 4):
        Store(home).add(mean_filter(tmp_path / "m.onnx", radius=radius), task="denoise", name="mine")
    dot = np.zeros((1, 17, 17, 3), np.float32)
    dot[0, 8, 8] = 1
    assert Store(home).get("denoise", "mine").open().run(dot, {})[0, 8, 8, 0] == pytest.approx(1 / 81)


def test_a_name_that_is_a_path_is_not_added(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="name"):
        Store(tmp_path / "home").add(mean_filter(tmp_path / "m.onnx"), task="denoise", name="../up")


def test_what_came_with_relume_is_not_removed(models: Path) -> None:
    with pytest.raises(BadInputError, match="median came with relume and cannot be removed"):
        Store(models).remove("denoise", "median")


def test_the_users_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RELUME_MODELS", str(tmp_path))
    assert user_folder() == tmp_path
    monkeypatch.delenv("RELUME_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert user_folder() == tmp_path / "data" / "relume" / "models"


def test_a_broken_manifest_does_not_hide_behind_a_missing_model(models: Path) -> None:
    (models / "mean" / "manifest.json").write_text(json.dumps({"task": "denoise"}))
    with pytest.raises(BadModelError, match="is no manifest: name"):
        Store(models).get("denoise", "mean")


def with_precisions(folder: Path, **files: Path) -> None:
    manifest = Manifest.read(folder / "manifest.json")
    entries = {kind: ModelFile(file=path.name, sha256=digest(path)) for kind, path in files.items()}
    manifest.model_copy(update={"precisions": entries}).write(folder / "manifest.json")


def test_a_precision_that_the_runtime_cannot_compute_in_is_refused_not_replaced(models: Path) -> None:
    with pytest.raises(BadInputError, match="mean has fp32, which the onnx runtime computes as it is.* not in 'bf16'"):
        Store(models).get("denoise", "mean").open(precision="bf16")
    assert Store(models).get("denoise", "mean").open(precision="bf16", runtime="openvino")


def test_a_model_without_fp32_is_run_as_it_is(models: Path) -> None:
    with_precisions(models / "mean", int8=models / "mean" / "model.onnx")
    picture = np.ones((1, 9, 9, 3), np.float32)
    restored = Store(models).get("denoise", "mean").open().run(picture, {"sigma": 0 * picture[..., :1]})
    assert restored[0, 4, 4, 0] == pytest.approx(1)


def test_the_file_that_is_named_is_the_one_that_runs(models: Path) -> None:
    small = mean_filter(models / "mean" / "small.onnx", radius=1, told_sigma=True)
    with_precisions(models / "mean", fp32=models / "mean" / "model.onnx", int8=small)
    model = Store(models).get("denoise", str(small))
    assert list(model.manifest.precisions) == ["int8"]
    dot = np.zeros((1, 9, 9, 3), np.float32)
    dot[0, 4, 4] = 1
    assert model.open().run(dot, {"sigma": 0 * dot[..., :1]})[0, 4, 4, 0] == pytest.approx(1 / 9)


def test_a_model_of_another_task_is_refused(models: Path) -> None:
    for path in (models / "twice", models / "twice" / "model.onnx"):
        with pytest.raises(BadInputError, match="twice is a model for upscale, not for denoise"):
            Store(models).get("denoise", str(path))


def test_a_users_model_of_a_filters_name_wins_with_a_scale_too(models: Path) -> None:
    manifest = Manifest.read(models / "twice" / "manifest.json")
    manifest.model_copy(update={"name": "lanczos"}).write(models / "twice" / "manifest.json")
    assert not Store(models).get("upscale", "lanczos", scale=2).manifest.is_classical
    assert Store(models).get("upscale", "lanczos", scale=3).manifest.is_classical


def test_a_filter_runs_on_the_processor_in_full_precision(models: Path) -> None:
    with pytest.raises(BadInputError, match="median is a filter: it runs on the processor in fp32, not on 'cuda'"):
        Store(models).get("denoise", "median").open(device="cuda")
    with pytest.raises(BadInputError, match="in fp32, not on 'auto' in 'int8'"):
        Store(models).get("denoise", "median").open(precision="int8")
    assert Store(models).get("denoise", "median").verify() == 0


def test_a_folder_with_a_manifest_is_a_model_and_can_be_added(models: Path, tmp_path: Path) -> None:
    golden(models / "mean")
    home = tmp_path / "home"
    assert Store(home).add(models / "mean", task="denoise").name == "mean"
    assert Store(home).get("denoise", "mean").verify() < 1e-6


def test_a_model_whose_golden_output_is_wrong_is_not_added(models: Path, tmp_path: Path) -> None:
    golden(models / "mean", restored_offset=0.5)
    home = tmp_path / "home"
    with pytest.raises(BadModelError, match="differs from its golden output"):
        Store(home).add(models / "mean", task="denoise")
    assert list(home.iterdir()) == []


def test_a_folder_without_a_manifest_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadModelError, match="is no manifest"):
        Store(tmp_path).get("denoise", f"{tmp_path}/")


def test_a_model_that_was_replaced_is_used_from_then_on(models: Path) -> None:
    import relume

    dot = np.zeros((9, 9, 3), np.float32)
    dot[4, 4] = 1
    told = {"model": "mean", "noise_type": "gaussian", "sigma": 0.0}
    assert relume.denoise(dot, **told)[4, 4, 0] == pytest.approx(1 / 25)
    with_precisions(models / "mean", fp32=mean_filter(models / "mean" / "new.onnx", radius=1, told_sigma=True))
    assert relume.denoise(dot, **told)[4, 4, 0] == pytest.approx(1 / 9)


def test_a_folder_that_may_not_be_read_does_not_stop_the_others(
    models: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    real = Path.iterdir

    def refuse(path: Path):  # root may read everything, so the refusal is acted
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert Store(models, closed).get("denoise", "mean").manifest.name == "mean"
    assert "cannot be used: Permission denied" in caplog.text
