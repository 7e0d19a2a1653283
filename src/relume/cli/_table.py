"""Tables on a terminal and in a README."""

from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]], *, markdown: bool = False) -> str:
    """Rows in columns, the first of them the head; the first column to the left, the others, figures, to the right.

    >>> print(table([["model", "MP/s"], ["nlm", "0.51"]]))
    model  MP/s
    nlm    0.51
    """
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]
    if not markdown:
        return "\n".join("  ".join(line).rstrip() for line in lines)
    rule = [("-" * (width - 1) + (":" if place else "-")) for place, width in enumerate(widths)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))
