import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import relume
from relume.degrade import Range
from relume.degrade.jpeg import Jpeg
from relume.errors import BadInputError
from relume.make.evaluate import Evaluation, Protocol, Row
from relume.make.export import load
from relume.make.nets.unet import UNet
from relume.make.recipe import Phase, Recipe
from relume.make.register import add_scores, gmac_per_megapixel, register
from relume.make.train import train
from relume.run.manifest import Manifest, digest
from relume.run.store import Model, Store


@pytest.fixture
def manifest(model):
    return Manifest.read(model / "manifest.json")


def evaluation(manifest, **changes):
    row = Row(name="a.png", before={"psnr": 20.0, "ssim": 0.5}, after={"psnr": 30.0, "ssim": 0.9})
    whole = Evaluation(
        task="denoise",
        model="tiny",
        version="1",
        precision="fp32",
        sha256=manifest.precisions["fp32"].sha256,
        data="Set",
        degradation={"name": "gaussian_noise", "sigma": 25 / 255},
        seed=0,
        told={"sigma": 25 / 255},
        how=Protocol(),
        seconds=1.0,
        megapixels=1.0,
        rows=(row,),
    )
    return dataclasses.replace(whole, **changes)


def test_the_store_serves_what_was_registered_and_its_output_is_the_golden_one(model):
    found = Store(model.parent).get("denoise", "tiny")
    assert found.folder == model
    assert found.verify() < 1e-5


def test_the_golden_output_is_that_of_the_net(run, model):
    _, net = load(run)
    with np.load(model / "golden.npz", allow_pickle=False) as golden:
        image, sigma = (torch.from_numpy(golden[name].transpose(0, 3, 1, 2)) for name in ("image", "sigma"))
        with torch.no_grad():
            wanted = net(image, sigma).numpy().transpose(0, 2, 3, 1)
        np.testing.assert_allclose(golden["restored"], wanted, rtol=0, atol=1e-5)
        assert (
            np.abs(golden["restored"] - golden["image"]).max() > 0.01
        )  # a pair that would be right for any model is none
    assert (model / "golden.npz").stat().st_size < 40_000


def test_the_manifest_says_what_the_net_is(run, model, manifest, recipe):
    net = UNet(**recipe.options)
    assert (manifest.task, manifest.name, manifest.inputs) == ("denoise", "tiny", ("image", "sigma"))
    assert (manifest.multiple_of, manifest.reach, manifest.scale, manifest.channels) == (4, net.halo, 1, 3)
    assert 0 < manifest.halo <= manifest.reach
    assert manifest.parameters == sum(weights.numel() for weights in load_file(run / "weights.safetensors").values())
    assert manifest.sigma_range == (0.0, 0.2)
    assert manifest.precisions["fp32"].sha256 == digest(model / "model.onnx")
    assert sorted(path.name for path in model.iterdir()) == ["golden.npz", "manifest.json", "model.onnx"]


def test_the_manifest_says_where_the_weights_came_from(run, manifest):
    assert manifest.training["data"] == [
        {"folder": "one", "terms": "made here"},
        {"folder": "two", "terms": "made here too"},
    ]
    assert (manifest.training["steps"], manifest.training["pictures"]) == (100, 8)
    assert manifest.training["weights_sha256"] == digest(run / "weights.safetensors")
    assert manifest.recipe == json.loads((run / "recipe.json").read_text())


def test_multiplications_are_counted_as_by_hand():
    width, cells = 8, 1 / 4  # of the first level, for each pixel
    first = 9 * 16 * width + 4 * 9 * width * width + 9 * width * 12
    down_and_up = 4 * width * 2 * width / 4 + 2 * width * width / 4
    bottom = 2 * 9 * (2 * width) ** 2 / 4
    by_hand = (first + down_and_up + bottom) * cells / 1e3
    assert gmac_per_megapixel(UNet(width=width, blocks=(1, 1))) == pytest.approx(by_hand, rel=1e-9)


def test_registering_again_replaces_the_model_whole(run, model, tmp_path):
    there = tmp_path / "denoise-tiny-x1"
    shutil.copytree(model, there)
    (there / "left-over").touch()
    assert register(run, tmp_path, summary="Again.", version="2", replace=True) == there
    assert [path.name for path in tmp_path.iterdir()] == ["denoise-tiny-x1"]
    assert Manifest.read(there / "manifest.json").version == "2"
    assert not (there / "left-over").exists()
    assert digest(there / "model.onnx") == digest(model / "model.onnx")  # the same bytes from the same run


def test_terms_of_every_folder_or_none(run, tmp_path):
    with pytest.raises(BadInputError, match=r"The terms of two are missing. State those of every folder trained on"):
        register(run, tmp_path, summary="", terms={"one": "made here"})
    assert not list(tmp_path.iterdir())


def test_scores_are_added_and_replaced_by_what_they_measured(model, manifest, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(model, folder)
    add_scores(folder, [evaluation(manifest), evaluation(manifest, told={})])
    better = Row(name="a.png", before={"psnr": 20.0, "ssim": 0.5}, after={"psnr": 31.0, "ssim": 0.9})
    scored = add_scores(folder, [evaluation(manifest, rows=(better,))])
    assert Manifest.read(folder / "manifest.json") == scored
    told = [s for s in scored.scores if s.metric == "psnr" and "told" in s.protocol]
    blind = [s for s in scored.scores if s.metric == "psnr" and "blind" in s.protocol]
    assert [(s.value, s.data, s.setting) for s in told] == [(31.0, "Set", "gaussian_noise:sigma=25/255")]
    assert [s.value for s in blind] == [30.0]


def test_scores_of_other_weights_are_refused(model, manifest):
    with pytest.raises(BadInputError, match=r"The scores on Set were measured with other weights \(tiny, 0000\)"):
        add_scores(model, [evaluation(manifest, sha256="0000")])


def test_a_grey_net_that_is_told_the_quality_says_so_and_verifies(data, tmp_path):
    recipe = Recipe(
        task="dejpeg",
        name="grey",
        net="unet",
        options={"width": 8, "blocks": (1, 1), "told": "quality"},
        channels=1,
        degrade=((1.0, Jpeg(quality=Range(10.0, 50.0))),),
        data=("one",),
        phases=(Phase(start=0.0, batch=2, crop=32),),
        steps=3,
        untold=0.5,
        precision="32-true",
    )
    train(recipe, data=data, out=tmp_path / "run")
    folder = register(tmp_path / "run", tmp_path / "models", summary="A grey one.")
    manifest = Manifest.read(folder / "manifest.json")
    assert (manifest.inputs, manifest.channels) == (("image", "quality"), 1)
    assert Model(manifest, folder).verify() < 1e-4
    # Colour goes through it a channel at a time, and the quality that is named is the one that is told.
    picture = np.random.default_rng(0).random((40, 48, 3), np.float32)
    told, other = (relume.dejpeg(picture, model=str(folder), jpeg_quality=quality) for quality in (10, 90))
    assert told.shape == picture.shape
    assert not np.array_equal(told, other)
    alone = relume.dejpeg(picture[..., :1], model=str(folder), jpeg_quality=10)
    np.testing.assert_allclose(told[..., :1], alone, atol=1e-5)


def test_a_model_is_not_replaced_unless_that_is_said(run, tmp_path):
    first = register(run, tmp_path, summary="First.")
    with pytest.raises(BadInputError, match=r"denoise-tiny-x1 holds a model already. Give this one another name, or"):
        register(run, tmp_path, summary="Second.")
    assert Manifest.read(first / "manifest.json").summary == "First."
    other = register(run, tmp_path, summary="Second.", name="other")
    assert Manifest.read(other / "manifest.json").name == "other"
    assert register(run, tmp_path, summary="Third.", replace=True) == first
    assert Manifest.read(first / "manifest.json").summary == "Third."
