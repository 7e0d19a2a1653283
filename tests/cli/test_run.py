"""The command line as a whole: help, version, what no user should see, shell completion."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import relume
from relume.cli import _app
from relume.cli._app import COMMANDS, PANELS

FROZEN = ["assess", "bench", "compare", "degrade", "dejpeg", "denoise", "enhance", "evaluate", "export", "models"]
FROZEN += ["clean", "prune", "quantize", "train", "upscale"]


def test_the_frozen_names_are_there():
    assert set(FROZEN) <= set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_helps_with_examples_that_name_it(relume_, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    said = relume_(name, "--help")
    assert said.code == 0
    shown = [line.strip() for line in said.out.splitlines()]
    examples = shown[shown.index("Examples") + 1 :]
    assert [line for line in examples if f"relume {name} " in f"{line} "]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_the_examples_exists(relume_, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    module = __import__(f"relume.cli.{name}", fromlist=["EXAMPLES"])
    for example in module.EXAMPLES:
        words = example.split("relume ", 1)[1].split(" > ")[0].split()
        sub = words[1:2] if name == "models" else []
        known = relume_(name, *sub, "--help").out
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", example):
            assert option in known, f"{example}: {option}"


@pytest.mark.parametrize("command", [["denoise"], ["models", "list"], ["train"]])
def test_help_speaks_of_no_types(relume_, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    shown = relume_(*command, "-h").out
    assert "--help" in shown
    assert "<bool>" not in shown
    assert "<list" not in shown


def test_without_arguments_it_lists_the_commands_by_panel(relume_, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    said = relume_()
    assert said.code == 0
    places = [said.out.index(panel) for panel in PANELS]
    assert places == sorted(places)


def test_version(relume_):
    assert relume_("--version").out == f"relume {relume.__version__}\n"


def test_an_unexpected_exception_is_one_line_that_says_how_to_see_more(relume_, monkeypatch):
    def broken() -> None:
        raise KeyError("oops")

    monkeypatch.setattr(_app, "build", broken)
    said = relume_("denoise")
    assert said.code == 1
    assert said.err == "relume: KeyError: 'oops'. This is a bug of relume; with RELUME_TRACEBACK=1 it shows where.\n"
    monkeypatch.setenv("RELUME_TRACEBACK", "1")
    with pytest.raises(KeyError, match="oops"):
        relume.cli.run(["denoise"])


def test_help_loads_nothing_that_it_does_not_show():
    heavy = ("numpy", "onnxruntime", "pyvips", "cv2", "torch")
    code = f"""
import sys
from relume.cli import run
run(["denoise", "--help"])
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_shell_completes_commands_and_names_of_models():
    def completed(words: str, place: int) -> str:
        more = {"_RELUME_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
        code = "from relume.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ | more
        )
        return done.stdout

    assert completed("relume den", 1).split() == ["denoise"]
    assert "median" in completed("relume denoise --model med", 3).split()


def test_python_m_relume_is_the_same_command():
    done = subprocess.run([sys.executable, "-m", "relume", "--version"], capture_output=True, text=True, check=False)
    assert done.stdout == f"relume {relume.__version__}\n"


def test_no_command_prints_but_through_print_or_say():
    for path in (Path(_app.__file__).parent).glob("*.py"):
        assert "sys.exit" not in path.read_text() or path.name == "__init__.py", path
