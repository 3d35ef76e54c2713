"""Sphinx makes the pages from Markdown and the reference from docstrings."""

from __future__ import annotations

import importlib.metadata
import pkgutil

from sphinx.application import Sphinx

import hubel

project = "hubel"
author = "The hubel authors"
version = release = importlib.metadata.version("hubel")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
napoleon_google_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say the types, with shapes

html_theme = "furo"
html_title = f"hubel {version}"

PACKAGE = """
## {name}

```{{eval-rst}}
.. automodule:: {name}
   :members:
```
"""


def setup(app: Sphinx) -> None:
    app.connect("source-read", fill_reference)


def fill_reference(app: Sphinx, page: str, source: list[str]) -> None:
    """Put a section for every public package at the end of the reference page."""
    if page == "reference":
        source[0] += "".join(PACKAGE.format(name=name) for name in public_packages())


def public_packages() -> list[str]:
    """Return hubel and its public parts; the command line explains itself."""
    parts = sorted(module.name for module in pkgutil.iter_modules(hubel.__path__))
    public = [name for name in parts if not name.startswith("_") and name != "cli"]
    return ["hubel", *(f"hubel.{name}" for name in public)]
