"""The files of the page: nothing from elsewhere, nothing inline, our colours."""

from __future__ import annotations

import re

import pytest

from hubel.playground._server import STATIC
from hubel.view._theme import DARK, LIGHT

SCRIPTS = sorted(STATIC.glob("js/**/*.js"))
PAGES = [STATIC / "index.html", *SCRIPTS, *sorted(STATIC.glob("css/*.css"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path):
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_small_typed_and_finds_what_it_imports(path):
    text = path.read_text("utf-8")
    assert text.startswith("// @ts-check\n/**")
    assert text.count("\n") < 300
    assert not re.search(
        r"\beval\(|\bFunction\(|innerHTML|outerHTML|document\.write", text
    )
    for name in re.findall(r'(?:from |import\()"(\./.+?)"', text):
        assert (path.parent / name).is_file(), name


def test_the_page_has_nothing_inline():
    text = (STATIC / "index.html").read_text("utf-8")
    assert "style=" not in text
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]* src=)", text)
    assert not re.search(r"\son[a-z]+=", text)


def test_the_colors_are_those_of_every_drawing():
    text = (STATIC / "css" / "theme.css").read_text("utf-8")
    pairs = re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\);", text)
    found = {name: (light, dark) for name, light, dark in pairs}
    assert len(found) > 10
    for name in set(found) & set(LIGHT):
        assert found[name] == (LIGHT[name], DARK[name])
    script = (STATIC / "js" / "colors.js").read_text("utf-8")
    for theme in (LIGHT, DARK):
        for name in ("surface", "raised", "ink", "muted", "hairline"):
            assert f'{name}: "{theme[name]}"' in script
