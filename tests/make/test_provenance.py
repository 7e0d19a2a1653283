import subprocess
from importlib.metadata import version

import numpy as np
import torch

from relume.make import provenance as module
from relume.make.data import Resident, Skipped, Window


def test_says_which_pictures_and_versions(tmp_path):
    broken = [Skipped(name="c", reason="It is broken.")]
    corpus, held_out = (Resident.of({name: np.zeros((3, 2, 2), np.uint8)}, skipped=broken) for name in ("a", "b"))
    told = module.provenance(corpus, held_out, window=Window(low=-160, high=240))
    assert told["skipped"] == [{"name": "c", "reason": "It is broken."}]
    assert told["hounsfield"] == [-160, 240]
    assert (told["pictures"], told["held_out"], told["data_sha256"]) == (1, ["b"], corpus.digest())
    assert told["packages"]["torch"] == version("torch")
    assert told["environment"]["threads"] == torch.get_num_threads()


def test_commit_has_a_plus_when_the_source_was_changed(tmp_path, monkeypatch):
    def git(*arguments):
        options = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(["git", *options, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    monkeypatch.setattr(module, "__file__", str(tmp_path / "provenance.py"))
    assert module._commit() is None  # no checkout yet
    (tmp_path / "file").write_text("one")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    assert module._commit() == git("rev-parse", "HEAD")
    (tmp_path / "file").write_text("two")
    assert module._commit() == git("rev-parse", "HEAD") + "+"
