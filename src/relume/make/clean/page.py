"""The page: everything that was found, with thumbnails, in one file that needs nothing from outside."""

import html
from collections.abc import Iterable
from pathlib import Path
from string import Template

from relume.make.clean.audit import Audit, Row
from relume.make.clean.finding import Finding
from relume.make.clean.thumbnails import data_uri

_SHOWN = 300  # pictures of each kind; a page of thousands would not open
_CLOSE = frozenset({"noisy", "blurred", "compressed"})  # seen at full size only
_WORDS = {
    "leak": ("Leaks", "Pictures of the test folder that hide in this one. A score measured with them means nothing."),
    "duplicate": ("Duplicates", "The same picture more than once. The best of each is kept, and shown beside."),
    "broken": ("Broken", "Files that cannot be read to their end, or are beyond the limits."),
    "blurred": ("Blurred", "Not even the sharpest edges are sharp. Beside each its middle, at full size."),
    "noisy": ("Noisy", "A model would learn to keep the noise. Beside each its middle, at full size."),
    "compressed": ("Badly compressed", "A model would learn to keep the blocks. Beside each its middle, at full size."),
    "dark": ("Dark", "Too little light to learn from."),
    "blown_out": ("Blown out", "Much of the picture is at the limit of what the file can hold."),
    "low_texture": ("Low texture", "Nearly everywhere flat."),
    "tiny": ("Tiny", "Smaller than a training patch."),
}


def page(found: Audit) -> str:
    """HTML; pictures are in it as data."""
    counts = found.counts()
    kinds = in_order(counts)
    chips = [f'<a href="#{_text(kind)}"><b>{counts[kind]:,}</b> {_text(_title(kind))}</a>' for kind in kinds]
    against = f", against {_text(found.against)}" if found.against is not None else ""
    unread = [f"{row.path} was not looked at: {row.unread}" for row in found.rows if row.unread is not None]
    notes = [f'<p class="note">{_text(note)}</p>' for note in (*found.notes, *unread)]
    return _PAGE.substitute(
        folder=_text(found.folder),
        summary=f"{len(found.found):,} of {len(found.rows):,} pictures have something wrong with them{against}.",
        chips="".join(chips) or "<span>Nothing was found.</span>",
        notes="".join(notes),
        sections="".join(_section(kind, found) for kind in kinds),
    )


def _section(kind: str, found: Audit) -> str:
    pairs = [(row, one) for row in found.rows for one in row.findings if one.kind == kind]
    # The worst first: the farther beyond its limit, the less anybody needs to look.
    pairs.sort(key=lambda pair: _excess(pair[1]), reverse=True)
    cards = "".join(_card(row, one) for row, one in pairs[:_SHOWN])
    rest = len(pairs) - _SHOWN
    more = f'<p class="note">{rest:,} more are in the JSON Lines, not on this page.</p>' if rest > 0 else ""
    about = _WORDS.get(kind, ("", ""))[1]
    return (
        f'<section id="{_text(kind)}"><h2>{_text(_title(kind))} <small>{len(pairs):,}</small></h2>'
        f'<p>{_text(about)}</p><div class="cards">{cards}</div>{more}</section>'
    )


def _excess(one: Finding) -> float:
    if one.value is None or one.limit is None:
        return one.value or 0.0
    high, low = max(one.value, one.limit), min(one.value, one.limit)
    return high / max(low, 1e-6)


def _card(row: Row, one: Finding) -> str:
    shown = [_figure(row.path, "found" if one.other else "")]
    if one.other is not None:
        shown.append(_figure(Path(one.other), "kept" if one.kind == "duplicate" else "test"))
    elif one.kind in _CLOSE:
        shown.append(_figure(row.path, "full size", close=True))
    others = "".join(f"<i>{_text(_title(other.kind))}</i>" for other in row.findings if other is not one)
    size = f"{row.width} × {row.height} · " if row.width else ""
    return (
        f'<article><div class="pictures">{"".join(shown)}</div><h3 title="{_text(row.path)}">{_text(row.inside)}</h3>'
        f"<p>{_text(one.reason)}</p><footer>{size}{_size(row.size_bytes)}{others}</footer></article>"
    )


def _figure(path: Path, label: str, *, close: bool = False) -> str:
    uri = data_uri(path, close=close)
    inner = '<span class="none">not to be shown</span>' if uri is None else f'<img loading="lazy" alt="" src="{uri}">'
    return f"<figure>{inner}{f'<figcaption>{_text(label)}</figcaption>' if label else ''}</figure>"


def _title(kind: str) -> str:
    return _WORDS[kind][0] if kind in _WORDS else kind.replace("_", " ").capitalize()


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.0f} kB"


def _text(value: object) -> str:
    return html.escape(str(value))


def in_order(kinds: Iterable[str]) -> list[str]:
    """Kinds in the order of the page.

    >>> in_order(["dark", "my_own", "leak"])
    ['leak', 'dark', 'my_own']
    """
    there = set(kinds)
    return [*(kind for kind in _WORDS if kind in there), *sorted(there - set(_WORDS))]


_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>relume clean: $folder</title>
<style>
:root { --paper: #f6f5f2; --card: #fff; --ink: #23211e; --soft: #77716a; --line: #e4e0d9; --mark: #b4562b }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1b1a18; --card: #262421; --ink: #ece8e1; --soft: #a29b91; --line: #3a3733; --mark: #e58e5f } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 82rem; padding: 2.5rem 1.5rem 5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere } h2 { margin: 2.8rem 0 0; font-size: 1.25rem }
h2 small { color: var(--soft); font-weight: 400 } header p, section > p { margin: .2rem 0 1rem; color: var(--soft) }
nav { display: flex; flex-wrap: wrap; gap: .5rem }
nav a { padding: .3rem .8rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--card);
  color: inherit; text-decoration: none } nav a:hover { border-color: var(--mark) } nav b { color: var(--mark) }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)) }
article { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; overflow: hidden;
  display: flex; flex-direction: column }
.pictures { display: flex; gap: 1px; background: var(--line); height: 11rem }
figure { margin: 0; flex: 1; min-width: 0; position: relative; background: var(--paper);
  display: grid; place-items: center } img { width: 100%; height: 11rem; object-fit: contain; display: block }
figcaption { position: absolute; left: .4rem; bottom: .4rem; padding: 0 .5rem; border-radius: 1rem; font-size: .75rem;
  background: rgb(0 0 0 / .6); color: #fff } .none { color: var(--soft); font-size: .85rem }
h3 { margin: .7rem .9rem 0; font-size: .95rem; overflow-wrap: anywhere } article p { margin: .1rem .9rem .6rem }
article footer { margin-top: auto; padding: 0 .9rem .8rem; color: var(--soft); font-size: .8rem }
footer i { font-style: normal; margin-left: .5rem; padding: 0 .5rem; border: 1px solid var(--line);
  border-radius: 1rem }
.note { padding: .5rem .9rem; border-left: 3px solid var(--mark); background: var(--card) }
</style></head><body>
<header><h1>$folder</h1><p>$summary</p></header>
<nav>$chips</nav>$notes$sections
</body></html>
""")
