"""The public names and signatures are those of api.txt; rewrite it with `python -m tests.test_api`."""

import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

SNAPSHOT = Path(__file__).with_name("api.txt")
# In a fresh interpreter: the import hook that checks shapes in tests wraps every function.
SURFACE = "from tests.test_api import surface; print(surface(), end='')"


def surface() -> str:
    import relume

    def line(name: str) -> str:
        thing = getattr(relume, name)
        is_error = inspect.isclass(thing) and issubclass(thing, Exception)
        return f"{name}{inspect.signature(thing)}" if callable(thing) and not is_error else name

    return "\n".join(sorted(map(line, relume.__all__))) + "\n"


def test_public_names_are_those_in_the_snapshot():
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", SURFACE], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout == SNAPSHOT.read_text(), done.stderr or "run: python -m tests.test_api"


def test_there_are_at_most_20_public_names_and_dir_lists_them():
    import relume

    assert len(relume.__all__) <= 20
    assert dir(relume) == sorted(relume.__all__)


def test_the_version_is_that_of_the_project():
    import relume

    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert relume.__version__ == project["version"]


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    import relume

    with pytest.raises(AttributeError, match=r"has no attribute 'denois'\. Its names: AsyncEngine, Box"):
        _ = relume.denois


if __name__ == "__main__":
    SNAPSHOT.write_text(surface())
