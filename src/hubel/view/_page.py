"""A page that is one file and loads nothing, with a policy that holds it to that."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from hubel.view._markup import Markup, element, join
from hubel.view._page_style import PAGE_CSS
from hubel.view._svg import shorten
from hubel.view._theme import DRAWING_CSS


def page(title: str, parts: Sequence[Markup], *, script: str = "") -> Markup:
    """Put parts together to a page.

    Parameters
    ----------
    title : str
        What the window is called.
    parts : sequence of Markup
        What is on the page, from top to bottom.
    script : str
        A program of this package that plays the page; it has no ``<`` and no ``&``, so
        that the page is well-formed XML.

    Returns
    -------
    Markup
        The whole page, well-formed XML after its first line. Its content security
        policy lets it load nothing, and run this script alone.
    """
    footer = element(
        "footer", "Made by hubel. This page is one file and loads nothing."
    )
    lines = [Markup(f"\n{part}") for part in [*parts, footer]]
    body = [element("main", join(lines))]
    if script:
        body.append(element("script", Markup(script)))
    whole = element("html", _head(title, script), element("body", *body), lang="en")
    return Markup(f"<!DOCTYPE html>\n{whole}\n")


def _head(title: str, script: str) -> Markup:
    """Return what the browser needs to know."""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        element(
            "meta", name_="viewport", content="width=device-width, initial-scale=1"
        ),
        element("meta", name_="referrer", content="no-referrer"),
        element("title", shorten(title, 120)),
        element("style", Markup(PAGE_CSS)),
    )


def _policy(script: str) -> str:
    """Return the policy: pictures inside the page, the two styles, one script."""
    styles = " ".join(_fingerprint(css) for css in (PAGE_CSS, DRAWING_CSS))
    scripts = f"script-src {_fingerprint(script)}; " if script else ""
    return (
        f"default-src 'none'; img-src data:; style-src {styles}; {scripts}"
        "base-uri 'none'; form-action 'none'"
    )


def _fingerprint(text: str) -> str:
    """Return how a content security policy names one style or script."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
