"""What the commands tell: lines on stderr for people, one JSON object per input on stdout for programs."""

import json
import sys
from pathlib import Path
from typing import Any


def say(message: str, *, about: str | Path | None = None) -> None:
    """One line on stderr, `relume: FILE: message`."""
    line = " ".join(message.split())
    print("relume:", *([f"{about}:"] if about is not None else []), line, file=sys.stderr)


def tell(value: dict[str, Any]) -> None:
    """One JSON object on a line of stdout, written at once so that a reader need not wait."""
    print(json.dumps(value, default=str), flush=True)


def on_terminal() -> bool:
    """Whether a person watches stderr."""
    return sys.stderr.isatty()
