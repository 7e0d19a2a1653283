import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import PIL.Image
import pytest

from relume.make.clean import page as page_module
from relume.make.clean.audit import Audit, Row
from relume.make.clean.finding import Finding
from relume.make.clean.page import page


class Tags(HTMLParser):
    """What is on a page, and whether every tag that was opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def finding(kind, **more):
    return Finding(kind=kind, reason=f"because {kind}", **more)


@pytest.fixture
def audit_(tmp_path, leaves_, write_):
    def make(findings_by_name):
        rows = []
        for seed, (name, findings) in enumerate(findings_by_name.items()):
            path = write_(tmp_path / name, leaves_(seed))
            rows.append(
                Row(path=path, inside=name, height=128, width=176, size_bytes=2_000_000, findings=tuple(findings))
            )
        return Audit(folder=tmp_path, against=None, rows=tuple(rows), notes=("A note & more.",))

    return make


def pictures(text):
    data = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)
    return [PIL.Image.open(io.BytesIO(base64.b64decode(one))) for one in data]


def test_a_page_is_whole_and_needs_nothing_from_outside(audit_):
    text = page(audit_({"a.png": [finding("dark")], "b.png": [finding("noisy")], "c.png": []}))
    tags = Tags(text)
    assert tags.open == []
    links = [value for name, value in tags.attributes if name in ("src", "href")]
    assert all(value.startswith(("data:", "#")) for value in links)
    assert "url(" not in text
    assert "<script" not in text
    assert "2 of 3 pictures have something wrong with them." in text
    assert "A note &amp; more." in text


def test_pictures_are_shown_small_and_the_middle_of_noisy_ones_at_full_size(audit_):
    noisy, close, dark = pictures(page(audit_({"a.png": [finding("dark")], "b.png": [finding("noisy")]})))
    assert (dark.size, noisy.size, close.size) == ((176, 128), (176, 128), (160, 128))


def test_a_duplicate_stands_beside_the_one_that_is_kept(audit_, tmp_path, leaves_):
    other = finding("duplicate", other=str(tmp_path / "b.png"), value=0.9)
    text = page(audit_({"a.png": [other], "b.png": []}))
    one, kept = pictures(text)
    assert np.abs(np.asarray(one, float) / 255 - leaves_(0)).mean() < 0.06
    assert np.abs(np.asarray(kept, float) / 255 - leaves_(1)).mean() < 0.06


def test_names_that_are_code_stay_names(audit_):
    text = page(audit_({"<script>alert(1)&.png": [finding("dark")]}))
    assert "<script" not in text
    assert "<script>alert(1)&.png" in Tags(text).words


def test_what_cannot_be_shown_has_a_placeholder(audit_):
    found = audit_({"a.png": [finding("broken")]})
    found.rows[0].path.write_bytes(b"broken")
    text = page(found)
    assert "not to be shown" in text
    assert pictures(text) == []


def test_the_worst_comes_first_and_a_page_of_thousands_is_cut(audit_, monkeypatch):
    monkeypatch.setattr(page_module, "_SHOWN", 2)
    sigmas = {"a.png": 0.1, "b.png": 0.3, "c.png": 0.2}
    text = page(audit_({name: [finding("noisy", value=sigma, limit=0.03)] for name, sigma in sigmas.items()}))
    assert [text.index("b.png<") < text.index("c.png<"), "a.png<" in text] == [True, False]
    assert "1 more are in the JSON Lines, not on this page." in text


def test_a_kind_of_somebody_elses_has_its_section_too(audit_):
    assert "My own" in page(audit_({"a.png": [finding("my_own")]}))


def test_a_good_folder_says_so(audit_):
    assert "Nothing was found." in page(audit_({"a.png": []}))
