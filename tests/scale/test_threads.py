"""Threads of matrix products: set for a block, and back again."""

from __future__ import annotations

import pytest

from hubel.compiler.openblas import Pool
from hubel.errors import OptionError
from hubel.scale import _threads, blas_threads, threads

known = pytest.mark.skipif(
    blas_threads() is None, reason="NumPy's BLAS has no threads that can be set"
)


@known
def test_the_setting_holds_for_the_block():
    before = blas_threads()
    with threads(1) as used:
        assert used == blas_threads() == 1
        with threads(2):
            assert blas_threads() == 2
        assert blas_threads() == 1
    assert blas_threads() == before


@known
def test_an_error_inside_restores_the_setting():
    before = blas_threads()
    with pytest.raises(KeyError), threads(1):
        raise KeyError
    assert blas_threads() == before


@known
def test_the_environment_decides_where_nothing_is_given(monkeypatch):
    monkeypatch.setenv("HUBEL_THREADS", "1")
    with threads():
        assert blas_threads() == 1
    with threads(2):
        assert blas_threads() == 2


def test_nothing_given_changes_nothing(monkeypatch):
    monkeypatch.delenv("HUBEL_THREADS", raising=False)
    before = blas_threads()
    with threads() as used:
        assert used == blas_threads() == before


@pytest.mark.parametrize("count", [0, -1, 1025])
def test_numbers_that_no_machine_has(count):
    with pytest.raises(OptionError, match=f"threads is {count}"), threads(count):
        pass


@pytest.mark.parametrize("text", ["many", "1.5", "-2", "0"])
def test_an_environment_that_makes_no_sense(monkeypatch, text):
    monkeypatch.setenv("HUBEL_THREADS", text)
    with pytest.raises(OptionError, match="HUBEL_THREADS is"), threads():
        pass


def test_an_unknown_library_is_said_once_a_block(monkeypatch):
    monkeypatch.setattr(_threads, "find_pool", lambda: None)
    with (
        pytest.warns(RuntimeWarning, match="threads hubel cannot set"),
        threads(1) as used,
    ):
        assert used is None
    monkeypatch.delenv("HUBEL_THREADS", raising=False)
    with threads() as used:
        assert used is None


def test_the_setting_comes_back_through_the_pool_that_was_found(monkeypatch):
    calls: list[int] = [4]
    pool = Pool(get=lambda: calls[-1], set=calls.append)
    monkeypatch.setattr(_threads, "find_pool", lambda: pool)
    with threads(3):
        pass
    assert calls == [4, 3, 4]
