"""The examples on the page about features run."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "features.md"


def test_the_examples_run():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    text = "\n".join("" if line.startswith("```") else line for line in lines)
    examples = doctest.DocTestParser().get_doctest(text, {}, "features", str(PAGE), 0)
    assert len(examples.examples) > 10
    flags = doctest.ELLIPSIS
    assert doctest.DocTestRunner(optionflags=flags).run(examples).failed == 0
