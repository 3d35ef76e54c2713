"""The examples on the pages about transforms, and on how it works, run."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.llvm.available import reason
from hubel.compiler.llvm.target import host

DOCS = Path(__file__).parents[2] / "docs"


NATIVE = pytest.mark.skipif(bool(reason()), reason=f"no native code: {reason()}")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("drawing", 5),
        ("jacobians", 15),
        ("transforms", 40),
        pytest.param("how-it-works", 12, marks=NATIVE),
    ],
)
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


@NATIVE
def test_the_instructions_on_the_page_are_there():
    if not (host().triple.startswith("x86_64") and host().vector_bytes == 64):
        pytest.skip("the page shows instructions of x86-64 with AVX-512")
    page = (DOCS / "how-it-works.md").read_text(encoding="utf-8")
    shown = re.findall(r"^(v\w+) .*%zmm\d+$", page, re.MULTILINE)
    assert len(shown) == 8
    step = hb.compile(hb.value_and_grad(lambda w, x: (np.tanh(x @ w) ** 2).sum()))
    w, x = np.zeros((300, 40), np.float32), np.zeros((200, 300), np.float32)
    text = step.native(w, x).assembly(1)
    for name in shown:
        assert re.search(rf"^\t{name}\t.*%zmm", text, re.MULTILINE), name
