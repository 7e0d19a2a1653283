"""Which pictures a recipe's folder has: a directory, an archive of its name, or a directory of archives."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from relume import files
from relume.errors import BadInputError
from relume.make.data.archives import ENDINGS, members
from relume.make.data.pictures import Picture


def listed(folder: Path, *, nested: bool = False) -> list[Picture]:
    """The pictures in `folder` in the order of their names, with those of the .zip and .tar archives in it.

    Where there is no such directory, `folder.zip` or `folder.tar` stands for it; a picture has the same name in both,
    so packing a folder changes neither what is held out nor the digest. `nested`: also those in folders below.
    """
    if folder.is_dir():
        pictures = list(_in_folder(folder, nested=nested))
    elif archive := _archive_of(folder):
        pictures = list(_in_archive(archive, group=archive.stem, nested=nested))
    else:
        raise BadInputError(
            f"{folder} is no folder, and no .zip or .tar archive stands for it. "
            "Give the directory that holds the recipe's folders."
        )
    if not pictures:
        deeper = "" if nested else " A layout with nested=true also looks into the folders below."
        raise BadInputError(f"No picture in {folder}. Give folders that hold pictures.{deeper}")
    return sorted(pictures, key=lambda picture: PurePosixPath(picture.name))


def _archive_of(folder: Path) -> Path | None:
    candidates = [folder] if folder.suffix.lower() in ENDINGS else []
    candidates += [folder.with_name(folder.name + ending) for ending in ENDINGS]
    return next((path for path in candidates if path.is_file()), None)


def _in_folder(folder: Path, *, nested: bool) -> Iterator[Picture]:
    for path in folder.rglob("*") if nested else folder.iterdir():
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        if path.suffix.lower() in ENDINGS and path.is_file():
            for member, fetch in members(path):
                yield Picture(name=f"{name}/{member}", place=f"{path}: {member}", fetch=fetch)
        elif files.is_readable(path):
            yield Picture(name=name, place=str(path), fetch=lambda path=path: path)


def _in_archive(archive: Path, *, group: str, nested: bool) -> Iterator[Picture]:
    found = list(members(archive))
    # Most archives hold one directory of their own name.
    packed_with_folder = all(len(name.parts) > 1 and name.parts[0] == group for name, _ in found)
    for name, fetch in found:
        inside = PurePosixPath(*name.parts[1:]) if packed_with_folder else name
        if nested or len(inside.parts) == 1:
            yield Picture(name=f"{group}/{inside}", place=f"{archive}: {name}", fetch=fetch)
