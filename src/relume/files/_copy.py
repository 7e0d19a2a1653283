"""A file as it is, in another place."""

import shutil
from pathlib import Path

from relume.files._atomic import check_target, written


def copy(source: str | Path | bytes, target: str | Path, *, overwrite: bool = True) -> None:
    """Write the bytes of `source` (a file, or the bytes themselves) to `target`, atomically, and change none.

    Raises WriteError as `save` does.
    """
    target = Path(target)
    check_target(target, overwrite=overwrite)
    with written(target, overwrite=overwrite) as out:
        if isinstance(source, bytes):
            out.write(source)
            return
        with Path(source).open("rb") as file:
            shutil.copyfileobj(file, out)
