import importlib
import json
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from relume import catalog
from relume.catalog import Catalog
from relume.errors import BadInputError, UnknownNameError, UnknownOptionError


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


@pytest.fixture
def values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """A catalogue of frozen dataclasses, as degradations, losses and regimes are."""
    package = tmp_path / "values_of_test"
    (package / "inner").mkdir(parents=True)
    for folder in (package, package / "inner"):
        (folder / "__init__.py").write_text("")
    head = "from dataclasses import dataclass\nfrom pathlib import Path\nfrom typing import Any, Literal, NamedTuple\n"
    (package / "leaf.py").write_text(
        head
        + """
__all__ = ["Leaf"]
class Span(NamedTuple):
    low: float
    high: float
@dataclass(frozen=True, kw_only=True)
class Leaf:
    size: float | Span = 1.0
    count: int = 2
    sharp: bool = False
    kind: Literal["oak", "elm"] = "oak"
    weights: tuple[float, ...] = (0.5, 0.5)
    file: str | Path | None = None
    other: object = None
"""
    )
    (package / "branch.py").write_text(
        head
        + """
__all__ = ["Branch"]
@dataclass(frozen=True, kw_only=True)
class Branch:
    parts: tuple[Any, ...] = ()
    shares: tuple[tuple[float, Any], ...] = ()
"""
    )
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield Catalog("plant", "values_of_test")
    for name in [name for name in sys.modules if name.startswith("values_of_test")]:
        del sys.modules[name]


def test_a_folder_inside_is_no_entry(values: Catalog):
    assert sorted(values) == ["branch", "leaf"]


def test_values_go_to_json_and_come_back_equal(values: Catalog):
    leaf = values["leaf"]
    span = type(values.build({"name": "leaf", "size": [0, 1]}).size)
    small = leaf(size=span(0.0, 0.25), count=3, sharp=True, kind="elm", weights=(1.0, 2.0, 3.0), file="a/b.npz")
    for value in (leaf(), small, values["branch"](parts=(leaf(), small), shares=((0.5, small), (1.0, leaf())))):
        assert values.build(json.loads(json.dumps(values.describe(value)))) == value
    assert values.describe(small)["size"] == [0.0, 0.25]
    assert values.describe(leaf(file=Path("a") / "b"))["file"] == str(Path("a") / "b")


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"size": "big"}, r"size of leaf takes float \| .*Span, but came as 'big'"),
        ({"size": True}, "size of leaf takes .* but came as True"),
        ({"size": [0, 1, 2]}, r"size of leaf takes .* but came as \[0, 1, 2\]"),
        ({"count": 1.5}, "count of leaf takes int, but came as 1.5"),
        ({"sharp": 1}, "sharp of leaf takes bool, but came as 1"),
        ({"kind": "ash"}, r"kind of leaf takes Literal\['oak', 'elm'\], but came as 'ash'"),
        ({"weights": 3}, r"weights of leaf takes tuple\[float, ...\], but came as 3"),
        ({"weights": ["a"]}, "weights of leaf takes .* but came as"),
    ],
)
def test_json_of_another_kind_than_the_annotation_is_refused(values: Catalog, plain: dict, message: str):
    with pytest.raises(BadInputError, match=message):
        values.build({"name": "leaf", **plain})


def test_what_json_cannot_name_or_hold_is_refused(values: Catalog):
    with pytest.raises(UnknownOptionError, match="leaf has no option 'sise'. Did you mean 'size'"):
        values.build({"name": "leaf", "sise": 1})
    with pytest.raises(BadInputError, match="A plant has a name, but this has size"):
        values.build({"size": 1})
    with pytest.raises(UnknownNameError, match="No plant named 'laef'. Did you mean 'leaf'"):
        values.build({"name": "laef"})
    with pytest.raises(BadInputError, match="is of no plant of the catalogue.*Known: branch, leaf"):
        values.describe(3)
    with pytest.raises(BadInputError, match="other of leaf is a set, which JSON cannot hold. Name a file of it"):
        values.describe(values["leaf"](other={1}))
