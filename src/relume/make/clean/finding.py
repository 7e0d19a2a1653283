"""One thing that is wrong with one picture."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Why a picture should not be trained on.

    Attributes:
        kind: "duplicate", "leak", "broken", or the name of a fault of the catalogue.
        reason: one line for people.
        value: what was measured, in the unit of the limit; the correlation of a duplicate or a leak.
        limit: beyond which a picture is at fault.
        other: of a duplicate the picture that is kept, of a leak the test picture.
    """

    kind: str
    reason: str
    value: float | None = None
    limit: float | None = None
    other: str | None = None
