"""Every line of the table that benchmarks/files/matrix.py prints: written and read by others, all equal."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

_PLACE = Path(__file__).parents[2] / "benchmarks" / "files" / "matrix.py"


def _matrix() -> Any:
    spec = importlib.util.spec_from_file_location("relume_benchmark_matrix", _PLACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


matrix = _matrix()


@pytest.mark.parametrize("case", list(matrix.cases()), ids=lambda case: case.name)
def test_what_went_in_comes_out(case: Any, tmp_path: Path) -> None:
    _, wrong, _ = matrix.check(case, tmp_path, matrix.through_files)
    assert wrong == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"in.{case.format}", f"out.{case.format}"]


def test_the_check_itself_finds_what_is_lost(tmp_path: Path) -> None:
    """A writer that drops metadata and rounds pixels must not pass."""
    from PIL import Image

    def careless(source: Path, target: Path) -> list[str]:
        Image.fromarray(matrix.look(source)["pixels"] // 2 * 2).save(target)
        return []

    case = matrix.Case(format="png", tags=True, dpi=300)
    wrong = matrix.check(case, tmp_path, careless)[1]
    assert {"icc", "xmp", "exif", "maker note", "gps", "dpi", "text"} <= set(wrong)
    assert any(words.startswith("pixels differ") for words in wrong)
