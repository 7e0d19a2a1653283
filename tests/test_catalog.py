import importlib
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from relume import catalog
from relume.catalog import Catalog
from relume.errors import UnknownNameError


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    package = tmp_path / "shelf_of_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "apple.py").write_text("__all__ = ['Apple']\nclass Apple: ...\n")
    (package / "pear.py").write_text("__all__ = ['PEAR']\nPEAR = 7\n")
    (package / "broken.py").write_text("raise RuntimeError('this entry is broken')\n")
    (package / "_shared.py").write_text("raise RuntimeError('nobody imports this')\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield Catalog("fruit", "shelf_of_test")
    for name in [name for name in sys.modules if name.startswith("shelf_of_test")]:
        del sys.modules[name]


def test_names_are_the_files_and_listing_imports_none(shelf: Catalog):
    assert sorted(shelf) == ["apple", "broken", "pear"]
    assert len(shelf) == 3
    assert not [name for name in sys.modules if name.startswith("shelf_of_test.")]


def test_looking_one_up_imports_only_its_file_and_gives_its_one_public_name(shelf: Catalog):
    assert shelf["apple"].__name__ == "Apple"
    assert shelf["pear"] == 7
    assert "shelf_of_test.broken" not in sys.modules


def test_a_broken_entry_tells_its_own_error_and_disturbs_no_other(shelf: Catalog):
    with pytest.raises(RuntimeError, match="this entry is broken"):
        _ = shelf["broken"]
    assert shelf["pear"] == 7


@pytest.mark.parametrize("name", ["aple", "_shared", "apple.py", "..os"])
def test_an_unknown_name_is_told_with_the_known_ones(shelf: Catalog, name: str):
    with pytest.raises(UnknownNameError, match=r"No fruit named .* Known: apple, broken, pear\."):
        _ = shelf[name]


def test_other_packages_add_entries_but_cannot_replace_ours(shelf: Catalog, monkeypatch: pytest.MonkeyPatch):
    added = [
        EntryPoint("plum", "math:pi", "shelf_of_test"),
        EntryPoint("pear", "math:pi", "shelf_of_test"),
    ]
    monkeypatch.setattr(catalog, "entry_points", lambda *, group: added if group == "shelf_of_test" else [])
    assert sorted(shelf) == ["apple", "broken", "pear", "plum"]
    assert shelf["plum"] == pytest.approx(3.14159, abs=1e-5)
    assert shelf["pear"] == 7
