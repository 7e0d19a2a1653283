"""Shards: pictures in .zip and .tar archives, read where they lie. Nothing is unpacked to the disk."""

import re
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from relume import files
from relume.errors import BadInputError, TooLargeError, UnreadableFileError

ENDINGS = (".zip", ".tar")
MEMBER_BYTES = 2_000_000_000  # a picture in an archive is read into memory whole
_BROKEN = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)

Fetch = Callable[[], bytes]


def members(archive: Path) -> Iterator[tuple[PurePosixPath, Fetch]]:
    """The pictures of an archive: the name of each, checked, and what reads its bytes (in any thread)."""
    seen: set[PurePosixPath] = set()
    for text, size, fetch in _zipped(archive) if archive.suffix.lower() == ".zip" else _tarred(archive):
        name = _checked(text, archive)
        if not files.is_readable(name.name) or _is_resource_fork(name):
            continue
        if name in seen:
            raise BadInputError(f"{archive} holds {name} twice. Pack it again with one picture a name.")
        if size > MEMBER_BYTES:
            raise TooLargeError(
                f"A picture in an archive may have {MEMBER_BYTES:,} bytes, but {archive} holds {name} with {size:,}. "
                "Take it out, or unpack the archive into a folder."
            )
        seen.add(name)
        yield name, fetch


def _zipped(archive: Path) -> Iterator[tuple[str, int, Fetch]]:
    try:
        packed = zipfile.ZipFile(archive)
    except _BROKEN as error:
        raise UnreadableFileError(f"{archive} is no zip archive, or a broken one ({error}). Get it again.") from error
    lock = threading.Lock()  # one file handle for all threads
    for member in packed.infolist():
        if member.flag_bits & 1:
            raise BadInputError(f"{archive} is encrypted ({member.filename}). Pack it again without a password.")
        if not member.is_dir():
            yield member.filename, member.file_size, _from_zip(packed, member, lock)


def _from_zip(packed: zipfile.ZipFile, member: zipfile.ZipInfo, lock: threading.Lock) -> Fetch:
    def fetch() -> bytes:
        try:
            with lock:
                return packed.read(member)
        except _BROKEN as error:
            raise UnreadableFileError(f"Its bytes in the archive are damaged ({error}). Pack it again.") from error

    return fetch


def _tarred(archive: Path) -> Iterator[tuple[str, int, Fetch]]:
    length = archive.stat().st_size
    try:
        with tarfile.open(archive, "r:") as packed:
            found = list(packed)
    except (tarfile.TarError, EOFError) as error:
        raise UnreadableFileError(
            f"{archive} is no plain tar archive, or a broken one ({error}). A compressed one cannot be read at any "
            "place: pack it again without compression."
        ) from error
    for member in found:
        if member.islnk() or member.issym():
            if files.is_readable(member.name):
                raise BadInputError(f"{member.name} in {archive} is a link. Pack it again with the files themselves.")
        elif member.isreg():
            if member.offset_data + member.size > length:
                raise UnreadableFileError(f"{archive} is cut short in the middle of {member.name}. Get it again.")
            yield member.name, member.size, _from_tar(archive, member.offset_data, member.size)


def _from_tar(archive: Path, offset: int, size: int) -> Fetch:
    def fetch() -> bytes:
        with archive.open("rb") as packed:
            packed.seek(offset)
            return packed.read(size)

    return fetch


def _checked(text: str, archive: Path) -> PurePosixPath:
    """The member's name, when it stays inside: names go into logs, reports and file names."""
    name = PurePosixPath(text)
    odd = "\\" in text or any(ord(sign) < 32 for sign in text) or re.match(r"[A-Za-z]:", text)
    if name.is_absolute() or ".." in name.parts or odd or not name.parts:
        raise BadInputError(
            f"Names in an archive are relative and stay inside it, but {archive} holds {text!r}. "
            "Pack it again from inside its folder."
        )
    return name


def _is_resource_fork(name: PurePosixPath) -> bool:
    """What macOS adds to its archives: no pictures, though they are named as if."""
    return "__MACOSX" in name.parts or name.name.startswith("._")
