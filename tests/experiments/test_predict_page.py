"""The examples on the page about using a model run, and show what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "predict.md"


def test_the_examples_run(tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnx_ir", reason="onnx-ir writes the file")
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    first, table, onnx = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(first, str(PAGE), "exec"), names)
    said = capsys.readouterr().out
    assert "Model of 32x32x3 images in 10 classes: 2-layer net, 1 hidden layer" in said
    exec(compile(table, str(PAGE), "exec"), names)
    for line in capsys.readouterr().out.splitlines()[:-1]:
        assert line.rstrip() in text
    exec(compile(onnx, str(PAGE), "exec"), names)
    assert Path("whiten.onnx").stat().st_size > 100
