"""Part files: hidden, named for their process, and renamed when whole. There is never half a file at the target."""

import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from pathlib import Path

from relume.errors import RelumeError, WriteError

_SUFFIX = ".relume-part"
_PART = re.compile(r"^\..*\.(\d+)-[0-9a-f]{8}\.relume-part$", re.DOTALL)
_living: set[Path] = set()  # part files of this process that are being written now


def part_path(target: Path) -> Path:
    """A hidden name beside `target` that no other writer has, with this process's id in it."""
    stem = target.name.encode()[:180].decode(errors="ignore")  # 255 bytes are the usual limit of a name
    path = target.parent / f".{stem}.{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
    _living.add(path)
    return path


def discard(path: Path) -> None:
    """Remove a part file, if it is there."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
    _living.discard(path)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Find out before any work whether `target` can be written."""
    if target.is_dir():
        raise WriteError(
            f"{target} is a folder; a file name was expected. Give one, such as {target / 'restored.png'}."
        )
    if not target.parent.is_dir():
        raise WriteError(f"{target} cannot be written: there is no folder {target.parent}. Create it first.")
    if not overwrite and (target.exists() or target.is_symlink()):
        raise _exists(target)


@contextmanager
def written(target: Path, *, overwrite: bool) -> Generator[BufferedIOBase]:
    """A file to write to, which becomes `target` in one step when the block ends well.

    A symbolic link at `target` is replaced, not followed. What stood there gives its permissions to the new file.
    """
    part = part_path(target)
    try:
        with os.fdopen(
            os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "w+b"
        ) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _take_over_mode(part, target)
        _rename(part, target, overwrite=overwrite)
    except OSError as error:
        if isinstance(error, RelumeError):
            raise
        raise write_error(target, error) from error
    finally:
        discard(part)


def write_error(target: Path | None, error: OSError) -> WriteError:
    """What to do about an error of the operating system while writing `target`."""
    advice = {
        errno.ENOSPC: "Free some space, or write elsewhere.",
        errno.EDQUOT: "Free some space, or write elsewhere.",
        errno.EACCES: "Check the permissions of its folder.",
        errno.EPERM: "Check the permissions of its folder.",
        errno.EROFS: "Write to another folder.",
        errno.ENAMETOOLONG: "Choose a shorter name.",
    }.get(error.errno or 0, "Check the folder and the disk.")
    name = "The picture" if target is None else str(target)
    return WriteError(f"{name} could not be written: {error.strerror or error}. {advice}")


def clean_parts(folder: str | Path, *, recursive: bool = False) -> list[Path]:
    """Remove the part files that killed processes left in `folder`; living ones keep theirs. Returns the removed.

    >>> clean_parts("no/such/folder")
    []
    """
    pattern = f"**/.*{_SUFFIX}" if recursive else f".*{_SUFFIX}"
    removed: list[Path] = []
    for path in sorted(Path(folder).glob(pattern)):
        match = _PART.match(path.name)
        if match is None or path.is_symlink() or not path.is_file() or _is_in_use(path, int(match[1])):
            continue
        with suppress(OSError):
            path.unlink()
            removed.append(path)
    return removed


def _is_in_use(path: Path, process: int) -> bool:
    if process == os.getpid():
        # In containers every process may have the same id, so a stale part file can carry ours.
        return path in _living or path.absolute() in {other.absolute() for other in _living}
    return _is_alive(process)


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, process)
        ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # it is there, but another user's
    return True


def _take_over_mode(part: Path, target: Path) -> None:
    with suppress(OSError):
        if not target.is_symlink():
            part.chmod(stat.S_IMODE(target.stat().st_mode))


def _rename(part: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(target)
        return
    try:
        os.link(part, target)  # unlike a rename, this fails where somebody was faster
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise _exists(target) from None
        part.replace(target)


def _exists(target: Path) -> WriteError:
    return WriteError(f"{target} exists already and is not overwritten. Choose another name, or pass overwrite=True.")
