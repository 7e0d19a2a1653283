"""What layouts share: names on both sides, matched by a key."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Literal

from relume.errors import BadInputError
from relume.make.data.pictures import Pair, Picture

Side = Literal["clean", "degraded"]
# Which side a picture is on, and what it shares with its partner; None: it has no part in this layout.
Role = tuple[Side, str] | None


def paired(pictures: Sequence[Picture], role: Callable[[PurePosixPath], Role], *, expected: str) -> list[Pair]:
    """The pairs among `pictures`, in the order of the clean ones; `expected` says where the layout has them."""
    sides: dict[Side, dict[str, Picture]] = {"clean": {}, "degraded": {}}
    for picture in pictures:
        found = role(picture.path)
        if found is None:
            continue
        side, key = found
        if key in sides[side]:
            raise BadInputError(
                f"{picture.place} and {sides[side][key].place} are both the {side} picture of {key}. Take one out."
            )
        sides[side][key] = picture
    _check(sides, pictures, expected)
    return [Pair(clean=clean, degraded=sides["degraded"][key]) for key, clean in sides["clean"].items()]


def _check(sides: dict[Side, dict[str, Picture]], pictures: Sequence[Picture], expected: str) -> None:
    clean, degraded = sides["clean"], sides["degraded"]
    if not clean and not degraded:
        example = f" One picture there is {pictures[0].place}." if pictures else ""
        raise BadInputError(f"No pair was found; {expected} is expected.{example} Choose the layout of these files.")
    alone = [picture.place for key, picture in clean.items() if key not in degraded]
    alone += [picture.place for key, picture in degraded.items() if key not in clean]
    if alone:
        raise BadInputError(
            f"{len(alone)} pictures have no partner, {alone[0]} for one; {expected} is expected. "
            "Add the partners, or take these out."
        )


def below(path: PurePosixPath, folder: str) -> PurePosixPath | None:
    """The path below `folder` (itself a path), wherever that lies in it; None where it is not in it.

    >>> below(PurePosixPath("GOPRO/train/a/blur/1.png"), "train")
    PurePosixPath('a/blur/1.png')
    """
    wanted = PurePosixPath(folder).parts
    for start in range(len(path.parts) - len(wanted)):
        if path.parts[start : start + len(wanted)] == wanted:
            return PurePosixPath(*path.parts[start + len(wanted) :])
    return None


def super_resolved(path: PurePosixPath, high: str, low: str, scale: int) -> Role:
    """The side in the layout of NTIRE's challenges: `HIGH/0001.png` beside `LOW/X2/0001x2.png`."""
    if (inside := below(path, high)) is not None:
        return "clean", str(inside.with_suffix(""))
    if (inside := below(path, f"{low}/X{scale}")) is not None:
        return "degraded", str(inside.with_suffix("")).removesuffix(f"x{scale}")
    return None
