"""What a corpus is made of: pictures that know where their bytes are, and pairs of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that was listed, not read yet.

    Attributes:
        name: `folder/file` (deeper where folders are nested); the first part is the recipe's folder.
        place: where it is, for messages: a path, or an archive and its member.
        fetch: gives what `relume.files.open` takes: its path, or its bytes. Any thread may call it.
    """

    name: str
    place: str
    fetch: Callable[[], Path | bytes]

    @property
    def path(self) -> PurePosixPath:
        """Its name below the recipe's folder."""
        return PurePosixPath(*PurePosixPath(self.name).parts[1:])


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A clean picture and, where a layout has one, the degraded picture of the same scene.

    Attributes:
        name: of the clean picture; decides alone whether the pair is held out.
    """

    clean: Picture
    degraded: Picture | None = None

    @property
    def name(self) -> str:
        """Of the clean picture."""
        return self.clean.name


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A picture that is left out, and why."""

    name: str
    reason: str
