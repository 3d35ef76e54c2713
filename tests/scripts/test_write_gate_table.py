"""The table of gates says what gates say, and the check notices when it does not."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from hubel.graph.refusal import REFUSALS
from hubel.graph.registry import GATES, NUMPY

pytest.importorskip("scipy")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: Any) -> ModuleType:
    path = ROOT / "scripts" / "write_gate_table.py"
    spec = importlib.util.spec_from_file_location("write_gate_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PAGE", tmp_path / "gates.md")
    return module


def rows(text: str) -> dict[str, list[str]]:
    """Split the lines of tables into cells, by the first one."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[c.strip() for c in line.strip("|").split(" | ")] for line in lines]
    return {first: rest for first, *rest in cells}


def test_what_is_written_is_current_until_a_gate_changes(script: Any, monkeypatch: Any):
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0
    gate = GATES["relu"]
    facts = type(gate.facts)(kind="elementwise", convention="a half at 0")
    changed = type(gate)(gate.name, gate.forward, gate.infer, gate.rules, facts)
    monkeypatch.setitem(GATES, "relu", changed)
    assert script.main(["--check"]) == 1


def test_a_page_of_other_versions_is_not_compared(script: Any, capsys: Any):
    script.PAGE.write_text("% numpy and scipy 2.0.1.13\n")
    assert script.main(["--check"]) == 0
    assert "not compared" in capsys.readouterr().out


def test_the_cells_are_those_of_the_gates(script: Any):
    script.main([])
    found = rows(script.PAGE.read_text(encoding="utf-8"))
    cells = ["`absolute`", "pair", "both", "diagonal", "b i f c", "0 at 0"]
    assert found["`np.abs`, `np.absolute`"] == cells
    assert found["`np.heaviside`"][1:4] == ["0, partial", "both", "diagonal"]
    assert found["`np.floor`"] == ["`floor`", "0", "no derivative", "zero", "b i f", ""]
    assert found["`sum`"][0] == "linear"
    assert found["`cumsum`"][2] == "a block for each line"
    assert found["`np.clip`"] == ["a maximum, then a minimum, so a half at a bound"]
    assert found["`scipy.special.gammainc`"][1] == "unknown, partial"


def test_every_function_gate_and_refusal_is_there(script: Any):
    script.main([])
    text = script.PAGE.read_text(encoding="utf-8")
    for name in [*GATES, *(f"np.{n}" for n in ("sum", "linalg.norm", "fft.hfft"))]:
        assert f"`{name}`" in text
    for function in NUMPY:
        if getattr(np, getattr(function, "__name__", ""), None) is function:
            assert f"`np.{function.__name__}`" in text
    for name, refusal in REFUSALS.items():
        assert f"`{name}`" in text
        assert refusal.remedy in text
