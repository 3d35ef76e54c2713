"""Object files on disk: whole, ours, few, and never in the way."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from hubel.compiler.llvm import cache

posix = pytest.mark.skipif(os.name != "posix", reason="needs owners and mode bits")
unprivileged = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="the superuser may write anywhere",
)

NAME = cache.key("some", "text")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "objects"


def _file(place: Path) -> Path:
    (found,) = place.glob("*.object")
    return found


def test_what_was_written_is_read(place):
    assert cache.read(NAME) is None
    data = os.urandom(5000)
    cache.write(NAME, data)
    assert cache.read(NAME) == data
    assert cache.read(cache.key("other")) is None
    assert [each.name for each in place.iterdir()] == [_file(place).name]


def test_keys_tell_their_parts_apart():
    keys = [cache.key("ab"), cache.key("a", "b"), cache.key("a", "b", ""), cache.key()]
    assert len(set(keys)) == 4


@posix
def test_folder_and_files_are_private(place):
    cache.write(NAME, b"data")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(_file(place).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:40],
        lambda data: data[:10],
        lambda data: b"",
        lambda data: data + b"x",
        lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
        lambda data: bytes([data[0] ^ 1]) + data[1:],
    ],
)
def test_a_damaged_file_is_ignored_and_goes(place, damage):
    cache.write(NAME, b"data" * 100)
    path = _file(place)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.read(NAME) is None
    assert not path.exists()
    cache.write(NAME, b"new")
    assert cache.read(NAME) == b"new"


def test_a_file_under_another_name_is_refused(place):
    cache.write(NAME, b"data")
    other = cache.key("other")
    _file(place).rename(place / f"{other}.object")
    assert cache.read(other) is None


@posix
@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702])
def test_a_folder_that_others_may_write_is_not_used(place, mode):
    cache.write(NAME, b"data")
    place.chmod(mode)
    assert cache.read(NAME) is None
    cache.write(cache.key("more"), b"data")
    assert len(list(place.iterdir())) == 1


@posix
@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_a_file_that_others_may_write_is_not_read(place, mode):
    cache.write(NAME, b"data")
    _file(place).chmod(mode)
    assert cache.read(NAME) is None


@posix
def test_what_another_user_owns_is_not_used(monkeypatch):
    cache.write(NAME, b"data")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache.read(NAME) is None


@posix
def test_a_link_is_not_followed(place, tmp_path):
    cache.write(NAME, b"data")
    path = _file(place)
    elsewhere = path.rename(tmp_path / "elsewhere")
    path.symlink_to(elsewhere)
    assert cache.read(NAME) is None


def test_the_longest_unused_go_first(place, monkeypatch):
    size = 1000
    monkeypatch.setattr(cache, "MOST_BYTES", 4 * (size + 32))
    names = [cache.key(str(i)) for i in range(4)]
    for i, name in enumerate(names):
        cache.write(name, bytes(size))
        os.utime(place / f"{name}.object", (1000 + i, 1000 + i))
    assert cache.read(names[0]) is not None  # used now
    cache.write(cache.key("new"), bytes(size))
    kept = [cache.read(name) is not None for name in names]
    assert kept == [True, False, True, True]


def test_what_was_left_half_written_goes_after_a_while(place):
    cache.write(NAME, b"data")
    old, young = place / "old.part", place / "young.part"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    cache.write(cache.key("more"), b"data")
    assert not old.exists()
    assert young.exists()


def test_too_large_an_object_is_not_kept(monkeypatch):
    monkeypatch.setattr(cache, "LARGEST_FILE", 100)
    cache.write(NAME, bytes(101))
    assert cache.read(NAME) is None


WRITER = """
import sys
from hubel.compiler.llvm import cache
shared = cache.key("shared")
for i in range(40):
    data = bytes([i]) * 20000
    cache.write(shared, data)
    cache.write(cache.key(sys.argv[1], str(i)), data)
    found = cache.read(shared)
    assert found is not None and len(set(found)) == 1 and len(found) == 20000
    assert cache.read(cache.key(sys.argv[1], str(i))) == data
"""


def test_processes_write_at_once(place):
    writers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", WRITER, str(i)])
        for i in range(3)
    ]
    assert [each.wait(timeout=120) for each in writers] == [0, 0, 0]
    assert len(list(place.glob("*.object"))) == 121
    assert not list(place.glob("*.part"))


@posix
@unprivileged
def test_a_folder_that_cannot_be_written_is_no_trouble(place):
    cache.write(NAME, b"data")
    place.chmod(0o500)
    try:
        cache.write(cache.key("more"), b"data")
        assert cache.read(cache.key("more")) is None
        assert cache.read(NAME) == b"data"
    finally:
        place.chmod(0o700)


@pytest.mark.parametrize(
    ("module", "call"), [(os, "fsync"), (os, "replace"), (tempfile, "mkstemp")]
)
def test_a_disk_that_refuses_is_no_trouble(place, monkeypatch, module, call):
    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, call, refuse)
    cache.write(NAME, b"data")
    monkeypatch.undo()
    assert not list(place.glob("*"))


def test_a_file_where_the_folder_should_be_is_no_trouble(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file"))
    cache.write(NAME, b"data")
    assert cache.read(NAME) is None


def test_off_means_no_cache(monkeypatch, tmp_path):
    monkeypatch.setenv(cache.VARIABLE, "off")
    monkeypatch.chdir(tmp_path)
    assert cache.folder() is None
    cache.write(NAME, b"data")
    assert cache.read(NAME) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("system", "variables", "wanted"),
    [
        ("linux", {"XDG_CACHE_HOME": "/some/where"}, "/some/where"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "~/.cache"),
        ("linux", {}, "~/.cache"),
        ("darwin", {}, "~/Library/Caches"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local"),
        ("win32", {}, "~/AppData/Local"),
    ],
)
def test_each_system_has_its_folder(monkeypatch, system, variables, wanted):
    monkeypatch.delenv(cache.VARIABLE)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    assert cache.folder() == Path(wanted).expanduser() / "hubel" / "objects"


def test_reading_is_quick():
    data = os.urandom(60_000)
    cache.write(NAME, data)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        cache.read(NAME)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.002
