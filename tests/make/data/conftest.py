import pytest
from tests.make.data.made import noise, write


@pytest.fixture
def folder(tmp_path):
    """Four pictures in a folder `photos`, of different sizes."""
    for index, size in enumerate([(40, 50), (64, 48), (33, 90), (50, 50)]):
        write(tmp_path / "photos" / f"{index}.png", noise(index, 3, *size))
    return tmp_path / "photos"
