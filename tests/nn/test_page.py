"""The examples on the page about training run."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "training.md"


def test_the_examples_run():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    text = "\n".join("" if line.startswith("```") else line for line in lines)
    examples = doctest.DocTestParser().get_doctest(text, {}, "training", str(PAGE), 0)
    assert len(examples.examples) > 10
    assert doctest.DocTestRunner().run(examples).failed == 0
