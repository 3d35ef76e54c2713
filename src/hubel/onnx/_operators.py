"""Every gate that is an operator of ONNX, or a few of them, by name."""

from __future__ import annotations

from hubel.onnx._elementwise import ELEMENTWISE
from hubel.onnx._index import INDEXING
from hubel.onnx._layout import LAYOUTS
from hubel.onnx._reduce import REDUCTIONS
from hubel.onnx._rule import Rule

OPERATORS: dict[str, Rule] = {**ELEMENTWISE, **INDEXING, **LAYOUTS, **REDUCTIONS}
