"""What every test may ask for: the real data sets, and hypothesis at a fixed length."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

FULL = os.environ.get("HUBEL_TEST_PROFILE", "short") == "full"

settings.register_profile("short", derandomize=True, deadline=None, max_examples=15)
settings.register_profile(
    "full",
    deadline=None,
    max_examples=500,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("full" if FULL else "short")


def pytest_configure() -> None:
    """Keep machine code where the tests keep things."""
    os.environ.setdefault("HUBEL_CACHE", str(_cache_folder()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave slow tests to the full profile."""
    if FULL:
        return
    skip = pytest.mark.skip(reason="slow: runs with HUBEL_TEST_PROFILE=full")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder with the real data sets, which HUBEL_DATA names."""
    name = os.environ.get("HUBEL_DATA")
    if not name:
        pytest.skip("needs real data: HUBEL_DATA does not name its folder")
    return _existing(Path(name).resolve())


@pytest.fixture(scope="session")
def mnist_folder(data_folder: Path) -> Path:
    """Return the folder with MNIST's four gzipped IDX files."""
    return _existing(data_folder / "mnist")


@pytest.fixture(scope="session")
def cifar10_exact_folder(data_folder: Path) -> Path:
    """Return the folder with part of CIFAR-10, in its original pixels."""
    return _existing(data_folder / "cifar10-exact")


@pytest.fixture(scope="session")
def cifar10_folder(data_folder: Path) -> Path:
    """Return all of CIFAR-10 in its binary version, unpacked once per machine.

    The pixels went through JPEG; the test file has 8,000 records.
    """
    script = _existing(data_folder / "unpack_cifar10.py")
    unpacked = _cache_folder() / "cifar10-jpeg"
    if not unpacked.exists():
        _unpack(script, unpacked)
    return unpacked / "cifar-10-batches-bin"


def _existing(path: Path) -> Path:
    """Return the path, or skip where nothing is there."""
    if not path.exists():
        pytest.skip(f"needs real data: {path} is not there")
    return path


def _cache_folder() -> Path:
    """Return a folder of this user that outlives the run."""
    wish = os.environ.get("HUBEL_CACHE", "")
    default = Path(tempfile.gettempdir()) / f"hubel-tests-{getpass.getuser()}"
    folder = Path(wish) if wish not in ("", "off") else default
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _unpack(script: Path, target: Path) -> None:
    """Run the script into a folder of its own, then give that the target's name.

    Of several processes that do so at once the first wins; the others' work goes.
    """
    own = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        subprocess.run([sys.executable, str(script), str(own)], check=True)
        own.rename(target)
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(own, ignore_errors=True)
