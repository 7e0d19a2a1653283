import json
import sys
from pathlib import Path

import pytest

from relume.errors import MissingExtraError
from relume.extras import need


def test_what_is_installed_is_imported():
    assert need("json", extra="train") is json


def test_what_is_missing_is_told_with_the_command_that_brings_it():
    with pytest.raises(
        MissingExtraError, match=r'This needs no_such_thing. Install it with: pip install "relume\[raw\]"'
    ):
        need("no_such_thing", extra="raw")


def test_a_missing_part_of_a_present_module_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "present_but_broken.py").write_text("import its_own_missing_dependency\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="its_own_missing_dependency") as raised:
        need("present_but_broken", extra="raw")
    assert not isinstance(raised.value, MissingExtraError)
    assert "present_but_broken" not in sys.modules
