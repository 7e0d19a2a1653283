import os
import subprocess
import tarfile

import pytest
from tools.pack_training import pack, script


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.png").write_bytes(bytes([number]) * 3000)
    return folder


def test_a_folder_is_one_tar_or_parts_that_join_to_it(photos, tmp_path):
    pack(photos, tmp_path / "whole.tar", limit=0)
    pack(photos, tmp_path / "photos.tar", limit=5000)
    parts = sorted(tmp_path.glob("photos.tar*"))
    assert len(parts) > 2
    assert all(part.stat().st_size <= 5000 for part in parts)
    joined = tmp_path / "joined.tar"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    with tarfile.open(joined) as one, tarfile.open(tmp_path / "whole.tar") as other:
        assert one.getnames() == other.getnames() == ["0.png", "1.png", "2.png", "3.png"]
        assert one.extractfile("2.png").read() == other.extractfile("2.png").read() == b"\x02" * 3000


def test_the_same_words_install_once_and_go_on_where_the_run_was(photos, tmp_path):
    """With a python3 that only notes what it is asked."""
    stub = tmp_path / "bin" / "python3"
    stub.parent.mkdir()
    stub.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    stub.chmod(0o755)
    packed = tmp_path / "pack"
    packed.mkdir()
    pack(photos, packed / "photos.tar", limit=5000)
    (packed / "train.sh").write_text(script(["lightning", "rich"], ["photos"]))
    run = tmp_path / "run"

    def ask():
        environment = os.environ | {"PATH": f"{stub.parent}:{os.environ['PATH']}"}
        words = ["sh", packed / "train.sh", "denoise_best", run, "--minutes", "9"]
        subprocess.run(words, env=environment, check=True)
        lines = (tmp_path / "asked").read_text().splitlines()
        (tmp_path / "asked").unlink()
        return lines

    install, look, train = ask()
    assert install.startswith("-m pip install")
    assert install.endswith("relume pyvips lightning rich")
    assert look == "-c import relume.make.train"
    command = f"-m relume train denoise_best --data {packed}/work/data --out {run}"
    assert train == f"{command} --minutes 9"
    assert (packed / "work/data/photos.tar").read_bytes() == b"".join(
        part.read_bytes() for part in sorted(packed.glob("photos.tar*"))
    )
    run.mkdir()
    (run / "state.pt").touch()
    assert ask() == [f"{command} --resume --minutes 9"]
