"""The examples on the page about Jacobians run."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "jacobians.md"


def test_the_examples_of_the_page_run():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    text = "\n".join("" if line.startswith("```") else line for line in lines)
    examples = doctest.DocTestParser().get_doctest(text, {}, "jacobians", str(PAGE), 0)
    assert len(examples.examples) > 15
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples)
    assert result.failed == 0
