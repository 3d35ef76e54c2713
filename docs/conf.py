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
napoleon_use_ivar = True  # an attribute of a class is a field of it, described once
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say the types, with shapes
# Types in docstrings are prose, such as "array of shape (n, k)" or "dtype"; a word of
# it that is also an attribute of several classes is no mistake.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"hubel {version}"

LATER = (
    "hubel.features.sklearn",
    "hubel.nn.estimators",
    "hubel.transforms.for_scipy",
    "hubel.transforms.staged",
)
"""Modules with public names that are imported when one of them is first used."""

PACKAGE = """
## {name}

```{{eval-rst}}
.. automodule:: {name}
   :members:
   :exclude-members: set_partial_fit_request, set_score_request
{index}```
"""


def setup(app: Sphinx) -> None:
    app.connect("source-read", fill_reference)


def fill_reference(app: Sphinx, page: str, source: list[str]) -> None:
    """Put a section for every public package at the end of the reference page."""
    if page == "reference":
        source[0] += "".join(section(name) for name in public_packages())


def section(name: str) -> str:
    """Describe a package; what ``hubel`` re-exports has its entry where it lives."""
    index = "   :no-index:\n" if name == "hubel" else ""
    return PACKAGE.format(name=name, index=index)


def public_packages() -> list[str]:
    """Return hubel and its public parts; the command line explains itself."""
    parts = sorted(module.name for module in pkgutil.iter_modules(hubel.__path__))
    public = [name for name in parts if not name.startswith("_") and name != "cli"]
    return sorted(["hubel", *(f"hubel.{name}" for name in public), *LATER])
