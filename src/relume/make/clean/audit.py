"""Everything that is wrong with a folder of pictures, and with the pictures of a test folder that hide in it."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from relume.errors import BadInputError
from relume.make.clean.duplicates import Likeness, Link, Member, Search
from relume.make.clean.faults import FAULTS
from relume.make.clean.finding import Finding
from relume.make.clean.scan import Fault, Look, Scan, Thumbs, pictures

KINDS = ("duplicate", "leak", "broken")  # beside those of the catalogue of faults


@dataclass(frozen=True, kw_only=True)
class Row:
    """One file of the folder.

    Attributes:
        inside: its path below the folder, with forward slashes.
        findings: what is wrong with it; none for a good picture.
        unread: why it was not looked at, where the file is not to blame.
    """

    path: Path
    inside: str
    height: int
    width: int
    size_bytes: int
    findings: tuple[Finding, ...] = ()
    unread: str | None = None

    def of(self, kind: str) -> tuple[Finding, ...]:
        """Findings of one kind."""
        return tuple(one for one in self.findings if one.kind == kind)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        found = [{key: value for key, value in asdict(one).items() if value is not None} for one in self.findings]
        sizes = {"height_pixels": self.height, "width_pixels": self.width, "size_bytes": self.size_bytes}
        line: dict[str, Any] = {"source": str(self.path), **sizes, "findings": found}
        return line if self.unread is None else line | {"error": self.unread}


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found.

    Attributes:
        rows: one for each file, in the order of their names.
        notes: what may have been missed, and why.
    """

    folder: Path
    against: Path | None
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> tuple[Row, ...]:
        """Pictures with at least one finding."""
        return tuple(row for row in self.rows if row.findings)

    def counts(self) -> dict[str, int]:
        """Pictures by kind of finding, the most frequent first."""
        return dict(
            Counter(kind for row in self.rows for kind in sorted({one.kind for one in row.findings})).most_common()
        )

    def only(self, kinds: Sequence[str]) -> "Audit":
        """The same, with findings of these kinds alone."""
        rows = [replace(row, findings=tuple(one for one in row.findings if one.kind in kinds)) for row in self.rows]
        return replace(self, rows=tuple(rows))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for.

    Attributes:
        faults: values of the catalogue of faults; one of each when not given.
        likeness: when two pictures are one.
        threads: pictures that are read at once; as many as there are cores when not given, 8 at most.
    """

    faults: Sequence[Fault] | None = None
    likeness: Likeness = field(default_factory=Likeness)
    threads: int | None = None

    def scan(self) -> Scan:
        """How the pictures of the folder are looked at."""
        faults = [FAULTS[name]() for name in sorted(FAULTS)] if self.faults is None else self.faults
        return Scan(faults=faults, threads=self.threads or min(8, os.cpu_count() or 1))


def audit(
    folder: Path,
    *,
    against: Path | None = None,
    wanted: Wanted | None = None,
    told: Callable[[Path], object] = lambda path: None,
) -> Audit:
    """Look at each picture below `folder` once; nothing is moved or changed.

    Args:
        folder: of the pictures, which may lie in folders of it.
        against: a folder of test pictures; those that are in `folder` too are leaks. Where one of the two folders lies
            in the other, it is not looked at twice.
        wanted: what is looked for.
        told: called with each path once it was looked at.
    """
    wanted = wanted or Wanted()
    scan = wanted.scan()
    tests: list[tuple[Look, int | None]] = []
    with Thumbs() as thumbs:
        looks = list(_kept(scan.looks(pictures(folder, leave_out=against), folder), thumbs, told))
        if against is not None:
            tests = list(_kept(replace(scan, faults=()).looks(_tests(folder, against), against), thumbs, told))
        search = Search(_members(looks, tests, wanted.likeness), thumbs, wanted.likeness)
        more = _twice([look for look, _ in looks + tests], len(looks), list(search.links()))
    rows = tuple(_row(look, more.get(place, ())) for place, (look, _) in enumerate(looks))
    return Audit(folder=folder, against=against, rows=rows, notes=_notes(search, [look for look, _ in tests]))


def _tests(folder: Path, against: Path) -> list[Path]:
    if folder.resolve() == against.resolve():
        raise BadInputError(
            f"The test pictures lie in a folder of their own, but {against} is the one that is cleaned."
        )
    return pictures(against, leave_out=folder)


def _kept(looks: Iterator[Look], thumbs: Thumbs, told: Callable[[Path], object]) -> Iterator[tuple[Look, int | None]]:
    """Each look, and where its thumbnail lies from now on; the look itself keeps but its contrast."""
    for look in looks:
        told(look.path)
        place = None if look.print is None else thumbs.add(look.print.thumb)
        yield replace(look, print=None, contrast=None if look.print is None else look.print.contrast), place


def _members(
    looks: list[tuple[Look, int | None]], tests: list[tuple[Look, int | None]], likeness: Likeness
) -> list[Member]:
    flat = [
        place if look.contrast is not None and look.contrast >= likeness.contrast else None
        for look, place in looks + tests
    ]
    return [
        # A file that was not read is like no other: its place is its digest.
        Member(look.digest or f"unread {place}", flat[place], is_test=place >= len(looks))
        for place, (look, _) in enumerate(looks + tests)
    ]


def _twice(known: list[Look], own: int, links: list[Link]) -> dict[int, tuple[Finding, ...]]:
    """Findings by place in `known`, of which the first `own` are the folder's."""
    found: dict[int, tuple[Finding, ...]] = {}
    inner = [link for link in links if link.other < own]
    for group in _groups(inner):
        kept = max(group, key=lambda place: _worth(known[place], place))
        for place in group - {kept}:
            link = max((one for one in inner if place in (one.one, one.other)), key=lambda one: one.correlation)
            found[place] = (_finding("duplicate", known[place], known[kept], link),)
    for link in links:
        if link.other >= own and not any(one.kind == "leak" for one in found.get(link.one, ())):
            leak = _finding("leak", known[link.one], known[link.other], link)
            found[link.one] = (*found.get(link.one, ()), leak)
    return found


def _groups(links: list[Link]) -> list[set[int]]:
    """Members that links tie together, directly or through others."""
    group_of: dict[int, set[int]] = {}
    for link in links:
        one, other = (group_of.get(place, {place}) for place in (link.one, link.other))
        both, few = (one, other) if len(one) > len(other) else (other, one)
        both |= few
        group_of |= dict.fromkeys(few, both) | {link.one: both, link.other: both}
    return list({id(group): group for group in group_of.values()}.values())


def _worth(look: Look, place: int) -> tuple[bool, int, int, int]:
    """Of pictures that show the same the best is kept: without faults, then the largest, then the least compressed."""
    return not look.findings, look.height * look.width, look.size_bytes, -place


def _finding(kind: str, look: Look, other: Look, link: Link) -> Finding:
    what = "kept" if kind == "duplicate" else "a test picture"
    if look.digest == other.digest:
        reason = f"byte for byte the same as {other.inside}, {what}"
    else:
        seen = ", mirrored" if link.mirrored else ""
        sizes = f"{look.width} x {look.height} against {other.width} x {other.height}{seen}"
        reason = f"shows the same as {other.inside}, {what} ({sizes}; correlation {link.correlation:.2f})"
    return Finding(kind=kind, reason=reason, value=link.correlation, other=str(other.path))


def _row(look: Look, more: tuple[Finding, ...]) -> Row:
    return Row(
        path=look.path,
        inside=look.inside,
        height=look.height,
        width=look.width,
        size_bytes=look.size_bytes,
        findings=(*more, *look.findings),
        unread=look.unread,
    )


def _notes(search: Search, tests: list[Look]) -> tuple[str, ...]:
    notes: list[str] = []
    bad = [look for look in tests if look.digest is None]
    if bad:
        notes.append(
            f"{len(bad)} test pictures could not be read, so nothing is known of their leaks: {bad[0].path}, …"
        )
    if search.crowded:
        notes.append(
            f"Thousands of pictures look so much alike that {search.crowded} buckets were not searched to their ends; "
            "some near duplicates among them may be missed. Run it once more after --apply."
        )
    return tuple(notes)
