import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_every_package_has_its_layer():
    layers = " ".join(CONTRACTS[0]["layers"])
    named = set(re.findall(r"relume\.(\w+)", layers))
    source = ROOT / "src" / "relume"
    present = {path.parent.name for path in source.glob("*/__init__.py")}
    present |= {path.stem for path in source.glob("*.py")} - {"__init__", "__main__"}
    assert present <= named


def test_no_source_file_is_longer_than_400_lines():
    lengths = {path: path.read_text().count("\n") for path in (ROOT / "src").rglob("*.py")}
    assert max(lengths.values()) <= 400, max(lengths, key=lengths.__getitem__)


def test_no_module_has_a_name_that_says_nothing():
    forbidden = {"utils", "helpers", "common", "misc", "base", "core", "manager"}
    assert not [path for path in (ROOT / "src").rglob("*.py") if path.stem.lstrip("_") in forbidden]
