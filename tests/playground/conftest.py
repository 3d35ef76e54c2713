"""What every test of the playground needs: its packages, and a room of no weight."""

from __future__ import annotations

import pytest

pytest.importorskip("starlette", reason="the extra play is not installed")
pytest.importorskip("uvicorn", reason="the extra play is not installed")
