"""Hold every file and function to its budget of lines.

python scripts/check_budgets.py [FOLDER ...]

A function counts from its `def` to its last line, its docstring taken off.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("src", "tests", "scripts", "benchmarks")
FILE_LINES = 500
INIT_LINES = 60
FUNCTION_LINES = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main(folders: list[str]) -> int:
    """Print every overrun under the folders; return 1 if there is one."""
    files = [path for folder in folders for path in sorted(Path(folder).rglob("*.py"))]
    overruns = [overrun for path in files for overrun in check_file(path)]
    for overrun in overruns:
        print(overrun)
    print(f"budgets: {len(files)} files, {len(overruns)} over")
    return 1 if overruns else 0


def check_file(path: Path) -> Iterator[str]:
    """Yield a line of text for each budget that the file overruns."""
    text = path.read_text(encoding="utf-8")
    count = len(text.splitlines())
    budget = INIT_LINES if path.name == "__init__.py" else FILE_LINES
    if count > budget:
        yield f"{path}:1: {count} lines, at most {budget}"
    for node in ast.walk(ast.parse(text, str(path))):
        if isinstance(node, Function) and (length := body_lines(node)) > FUNCTION_LINES:
            yield (
                f"{path}:{node.lineno}: {node.name} has {length} lines without its "
                f"docstring, at most {FUNCTION_LINES}"
            )


def body_lines(node: Function) -> int:
    """Count the lines of a function without its decorators and docstring."""
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    return span(node) - (span(docstring) if docstring else 0)


def span(node: ast.stmt) -> int:
    """Count the lines from the first to the last of a statement."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(FOLDERS)))
