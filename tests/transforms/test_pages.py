"""The examples on the pages about transforms run."""

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("name", "count"), [("jacobians", 15), ("transforms", 40)])
def test_the_examples_of_a_page_run(name: str, count: int):
    if name == "transforms":
        pytest.importorskip("scipy")
    page = DOCS / f"{name}.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    text = "\n".join("" if line.startswith("```") else line for line in lines)
    examples = doctest.DocTestParser().get_doctest(text, {}, name, str(page), 0)
    assert len(examples.examples) > count
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples)
    assert result.failed == 0
