"""Every text shows as itself, whatever it holds."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import OptionError
from hubel.view._markup import Markup, element, escape, number
from hubel.view._svg import shorten

# What a parser of XML turns into something else: line ends, and attribute spaces.
plain = st.text().map(lambda s: s.replace("\r", ""))


class Reader(HTMLParser):
    """The tags, attributes and texts that a browser's parser would see."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.values, self.words = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data):
        self.words += data


@given(plain)
def test_text_survives_xml(hostile):
    node = ElementTree.fromstring(element("p", hostile, title=hostile))
    legal = "".join(c if is_legal(c) else "\ufffd" for c in hostile)
    assert (node.text or "") == legal
    assert node.get("title") == legal.replace("\n", " ").replace("\t", " ")


@given(plain)
def test_text_adds_no_tags_to_html(hostile):
    reader = Reader()
    reader.feed(element("p", hostile, title=hostile))
    reader.close()
    legal = "".join(c if is_legal(c) else "\ufffd" for c in hostile)
    assert reader.tags == ["p"]
    assert reader.words == legal
    assert reader.values == [legal]


def is_legal(c):
    """Return whether XML 1.0 allows a character."""
    code = ord(c)
    return (
        c in "\t\n"
        or 0x20 <= code < 0xD800
        or (0xE000 <= code and code & ~1 != 0xFFFE)
        or (code > 0xFFFF)
    )


def test_markup_is_not_escaped_again():
    inner = element("b", "<")
    assert element("p", inner, "<") == "<p><b>&lt;</b>&lt;</p>"
    assert isinstance(inner, Markup)
    assert inner._repr_html_() == "<b>&lt;</b>"


def test_only_what_html_leaves_open_closes_itself():
    assert element("td") == "<td></td>"
    assert element("br") == "<br/>"
    assert element("path", d="M0 0") == '<path d="M0 0"/>'


def test_attributes_keep_their_order_and_none_is_left_out():
    written = element("g", class_="a", text_anchor=None, x=-0.0, href='"')
    assert written == '<g class="a" x="0" href="&quot;"></g>'


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.005, "1"), (1.999, "2"), (-0.004, "0"), (1e6, "1000000"), (3, "3")],
)
def test_numbers_are_short(value, written):
    assert number(value) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_coordinate_that_is_not_finite_is_refused(value):
    with pytest.raises(OptionError, match="finite coordinates"):
        number(value)


def test_escape_replaces_what_xml_forbids():
    assert escape("a\x00b\x1b\ud800\uffff") == "a\ufffdb\ufffd\ufffd\ufffd"


@given(st.text(), st.integers(3, 30))
def test_shortened_text_keeps_its_limit_and_its_ends(content, limit):
    line = shorten(content, limit)
    assert len(line) <= limit
    assert "\n" not in line
    whole = " ".join(content.split())
    assert line == whole or (line[0] == whole[0] and "…" in line)
