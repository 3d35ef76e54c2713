"""Hold `import hubel` to its budget: few modules over NumPy's, and no heavy one.

python scripts/check_imports.py [MODULE]

A count, unlike a time, is the same on every machine and in every run.
"""

from __future__ import annotations

import json
import subprocess
import sys

# `import hubel` may add 50 ms to `import numpy`. Measured with its bytecode cached: 152
# modules, most of them a gate or two, in 35 ms of CPU; so 200 keep inside.
MOST_MODULES = 200

# Extras, core dependencies used by a part of hubel alone, and slow corners of Python's
# own library.
HEAVY = frozenset(
    """
    PIL anywidget autograd cv2 jax llvmlite matplotlib mpi4py onnx onnx_ir onnxruntime
    pandas pyarrow ray rich safetensors scipy skimage sklearn starlette tensorboardX
    threadpoolctl torch uvicorn webdataset websockets
    argparse asyncio concurrent doctest email html http importlib.metadata
    multiprocessing pdb sqlite3 ssl tkinter unittest urllib.request xml
    """.split()
)

PROBE = """
import json, sys
import numpy
before = set(sys.modules)
import {module}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def main(module: str) -> int:
    """Print what importing the module adds; return 1 if that is too much."""
    added = added_modules(module)
    heavy = heavy_modules(added)
    print(f"imports: `import {module}` adds {len(added)} modules over NumPy's")
    if heavy:
        print(f"  heavy ones: {', '.join(heavy)}; import them where they are used")
    if len(added) > MOST_MODULES:
        print(f"  at most {MOST_MODULES} may be: {', '.join(added)}")
    return 1 if heavy or len(added) > MOST_MODULES else 0


def added_modules(module: str) -> list[str]:
    """Return the modules that importing this one loads after NumPy, in a new Python."""
    run = [sys.executable, "-c", PROBE.format(module=module)]
    done = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def heavy_modules(names: list[str]) -> list[str]:
    """Return those of the names that are heavy or lie in a heavy package."""
    return [
        name
        for name in names
        if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)
    ]


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["hubel"])))
