"""Where bytes come from: a path or bytes, read at any place, and named in messages."""

import re
import stat
from io import BufferedIOBase
from pathlib import Path

from relume.errors import UnreadableFileError
from relume.files._limits import Limits


class Source:
    """A file or bytes, to be read at any place. Close it, or use it in a `with`."""

    def __init__(self, origin: str | Path | bytes | bytearray | memoryview, *, limits: Limits) -> None:
        if isinstance(origin, str | Path):
            self.path, self.data = Path(origin), None
            self._file, self.size = _opened(self.path)
        else:
            self.path, self.data = None, bytes(origin)
            self._file, self.size = None, len(self.data)
        if self.size == 0:
            self.close()
            raise UnreadableFileError("A picture was expected, but the file is empty (0 bytes). Get it again.")
        limits.check_file(self.size)
        self.head = self.read_at(0, 512)

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer where the file ends."""
        if offset < 0 or count <= 0 or offset >= self.size:
            return b""
        if self.data is not None:
            return self.data[offset : offset + count]
        assert self._file is not None
        self._file.seek(offset)
        return self._file.read(min(count, self.size - offset))

    def read_all(self) -> bytes:
        """The whole file."""
        return self.data if self.data is not None else self.read_at(0, self.size)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def is_address(path: str | Path) -> bool:
    """Whether it is a place on the net; a Path has lost one of its slashes.

    >>> is_address("https://example.org/a.jpg"), is_address(Path("ftp://example.org")), is_address("c:/a.jpg")
    (True, True, False)
    """
    return re.match(r"(https?|ftps?):/", str(path), re.IGNORECASE) is not None


def _opened(path: Path) -> tuple[BufferedIOBase, int]:
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            kind = "a folder" if stat.S_ISDIR(info.st_mode) else "not a regular file"
            raise UnreadableFileError(f"A picture file was expected, but {path} is {kind}. Give the path of a file.")
        return path.open("rb"), info.st_size
    except FileNotFoundError:
        if is_address(path):
            raise UnreadableFileError(
                f"relume downloads nothing, and {path} is an address. Save the picture first, and name its file."
            ) from None
        raise UnreadableFileError(f"There is no file {path}. Check the path.") from None
    except UnreadableFileError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableFileError(f"{path} cannot be opened: {reason}. Check the path and its permissions.") from error
