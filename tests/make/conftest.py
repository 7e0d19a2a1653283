import cv2
import numpy as np
import pytest

from relume.degrade import Range
from relume.degrade.gaussian_noise import GaussianNoise
from relume.make.recipe import Phase, Recipe
from relume.make.register import register
from relume.make.train import train

HELD_OUT = ["two/012.png", "two/016.png"]


def picture(seed, height=96, width=112):
    """Smooth colours with edges: soft noise, and some discs and bars on it; uint8 RGB."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.uniform(0.2, 0.8, (6, 7, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
    canvas = np.ascontiguousarray(soft * 255)
    for _ in range(12):
        colour = rng.uniform(0, 255, 3).tolist()
        x, y, size = int(rng.integers(width)), int(rng.integers(height)), int(rng.integers(4, 20))
        if rng.random() < 0.5:
            cv2.circle(canvas, (x, y), size, colour, -1)
        else:
            cv2.rectangle(canvas, (x, y), (x + size, y + 2 * size), colour, -1)
    return canvas.clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A data directory with two folders of clean pictures; the names of two of them are ones that are held out."""
    root = tmp_path_factory.mktemp("data")
    names = ["one/000.png", "one/001.png", "one/002.png", "one/003.png", "one/004.png", "two/005.png", "two/006.png"]
    for index, name in enumerate([*names, "two/007.png", *HELD_OUT]):
        (root / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(root / name), picture(index, 136, 150)[..., ::-1])
    return root


@pytest.fixture(scope="session")
def recipe():
    """A net that is small, with grid 4."""
    return Recipe(
        task="denoise",
        name="tiny",
        net="unet",
        options={"width": 8, "blocks": (1, 1)},
        degrade=((1.0, GaussianNoise(sigma=Range(0.0, 0.2))),),
        data=("one", "two"),
        phases=(Phase(start=0.0, batch=4, crop=32), Phase(start=0.5, batch=2, crop=48)),
        steps=12,
        learning_rate=2e-3,
        warmup=3,
        grey=0.3,
        precision="32-true",
    )


@pytest.fixture(scope="session")
def run(data, recipe, tmp_path_factory):
    """A finished run folder: a few seconds of training, so that the net takes noise away."""
    out = tmp_path_factory.mktemp("runs") / "tiny"
    train(recipe.changed({"steps": "100", "learning_rate": "4e-3", "ema": "0.9"}), data=data, out=out)
    return out


@pytest.fixture(scope="session")
def model(run, tmp_path_factory):
    """The folder of that run's model."""
    terms = {"one": "made here", "two": "made here too"}
    return register(run, tmp_path_factory.mktemp("models"), summary="A small one.", terms=terms)
