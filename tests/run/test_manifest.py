from pathlib import Path

import pytest

from relume.errors import BadModelError
from relume.run.manifest import Manifest, ModelFile, Score, digest


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    manifest = Manifest(
        task="denoise",
        name="net",
        inputs=("image", "sigma"),
        halo=None,
        precisions={"fp32": ModelFile(file="model.onnx", sha256="0" * 64)},
        scores=(Score(data="set", setting="sigma=25/255", metric="psnr", value=31.0, protocol="float"),),
    )
    manifest.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json") == manifest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no manifest: it: Invalid JSON"),
        ('{"task": "denoise"}', "is no manifest: name: Field required"),
        ('{"task": "denoise", "name": "../up"}', "is no manifest: name: String should match"),
        ('{"task": "denoise", "name": "a", "colour": 1}', "is no manifest: colour: Extra inputs are not permitted"),
        (
            '{"task": "denoise", "name": "a", "precisions": {"fp32": {"file": "../../etc/passwd", "sha256": "0"}}}',
            "is no manifest: precisions.fp32.file: String should match",
        ),
    ],
)
def test_a_broken_manifest_names_the_field(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BadModelError, match=message):
        Manifest.read(tmp_path / "manifest.json")


def test_a_missing_manifest_is_a_bad_model(tmp_path: Path) -> None:
    with pytest.raises(BadModelError, match="No such file"):
        Manifest.read(tmp_path / "manifest.json")


def test_the_digest_is_sha_256(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert digest(tmp_path / "file") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
