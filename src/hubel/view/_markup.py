"""Markup that is well-formed both as XML and as HTML, with every text escaped."""

from __future__ import annotations

import html
import math
import re

from hubel.errors import OptionError

# What XML 1.0 (section 2.2) does not allow in a document, even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# HTML reads `<td/>` as `<td>`, so only what has no closing tag in HTML, and the
# shapes of SVG, may close themselves.
_SELF_CLOSING = frozenset({"br", "img", "line", "meta", "path", "rect"})


class Markup(str):
    """Text that already is markup, so that nothing escapes it again.

    A notebook shows it as a picture; ``Path("x.svg").write_text(picture)`` saves it.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Return the markup itself, for notebooks."""
        return str(self)


def escape(text: str) -> Markup:
    """Return `text` as markup that shows it, whatever it holds.

    Characters that XML forbids become the replacement character U+FFFD.

    Examples
    --------
    >>> escape("<cat> & 'dog'")
    '&lt;cat&gt; &amp; &#x27;dog&#x27;'
    """
    return Markup(html.escape(_ILLEGAL.sub("\ufffd", text)))


def number(value: float) -> str:
    """Write a length or a coordinate: two decimals at most, none that say nothing.

    Examples
    --------
    >>> number(12.0), number(0.126), number(-0.001)
    ('12', '0.13', '0')
    """
    if not math.isfinite(value):
        raise OptionError(
            f"a drawing needs finite coordinates, and one is {value}.",
            remedy="Leave out what is not finite, or make it a gap.",
        )
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Element(Markup):
    """Markup that knows what it is made of, so that others than a browser may draw it.

    Attributes
    ----------
    name : str
        The tag; empty for pieces one after the other.
    children : tuple of str
        What is in it; what is not `Markup` is text.
    attributes : dict
        As they were given to `element`.
    """

    __slots__ = ("attributes", "children", "name")
    name: str
    children: tuple[str, ...]
    attributes: dict[str, str | float | None]


def join(parts: list[Markup]) -> Markup:
    """Put pieces of markup one after the other."""
    return _made("".join(parts), "", tuple(parts), {})


def _made(
    text: str,
    name: str,
    children: tuple[str, ...],
    attributes: dict[str, str | float | None],
) -> Element:
    """Make an element of its text and its parts."""
    made = Element(text)
    made.name, made.children, made.attributes = name, children, attributes
    return made


def element(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """Return one element with its attributes and children.

    Parameters
    ----------
    name : str
        The tag; it comes from the program, never from data.
    *children : str
        Markup stays as it is, any other text is escaped.
    **attributes : str, float or None
        Underscores become hyphens and one at the end goes (``class_``); None leaves
        the attribute out; numbers are written by `number`.

    Examples
    --------
    >>> element("text", "a < b", x=1.5, text_anchor="end", class_="ink")
    '<text x="1.5" text-anchor="end" class="ink">a &lt; b</text>'
    """
    opened = name + "".join(_attribute(*pair) for pair in attributes.items())
    if not children and name in _SELF_CLOSING:
        return _made(f"<{opened}/>", name, children, attributes)
    inside = "".join(c if isinstance(c, Markup) else escape(c) for c in children)
    return _made(f"<{opened}>{inside}</{name}>", name, children, attributes)


def _attribute(name: str, value: str | float | None) -> str:
    """Write one attribute with a space before it, or nothing for None."""
    if value is None:
        return ""
    text = escape(value) if isinstance(value, str) else number(value)
    return f' {name.rstrip("_").replace("_", "-")}="{text}"'
