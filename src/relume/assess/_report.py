"""What all assessors found, as a mapping, a table for people, and JSON for programs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

# Units of the fields that have one; all others are shares, ratios or plain values in [0, 1].
_UNITS = {"blur_radius": "pixels", "blur_radius_quarter": "pixels", "height": "pixels", "width": "pixels"}


class Report(Mapping[str, Any]):
    """Findings of each assessor under its name.

    >>> Report({})["noise"]
    Traceback (most recent call last):
        ...
    KeyError: 'noise'
    """

    def __init__(self, findings: Mapping[str, Any]) -> None:
        self._findings = dict(findings)

    def __getitem__(self, name: str) -> Any:
        return self._findings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._findings)

    def __len__(self) -> int:
        return len(self._findings)

    def __str__(self) -> str:
        """One line for each assessor, aligned."""
        wide = max((len(name) for name in self), default=0)
        return "\n".join(f"{name:<{wide}}  {self[name].summary}" for name in self)

    def __repr__(self) -> str:
        return f"Report({', '.join(self)})"

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain values only; a length in pixels has its unit in its name."""
        return {name: {"summary": found.summary, **_plain(asdict(found))} for name, found in self._findings.items()}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), allow_nan=False)


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    named = {f"{key}_{_UNITS[key]}" if key in _UNITS else key: value for key, value in fields.items()}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in named.items()}
