from __future__ import annotations

from functools import cache

import pytest

from hubel.derive.revolve import Checkpoints, reach, recomputed, repeats


@cache
def least(steps: int, slots: int) -> float:
    """Find the least number of steps that are computed again, by trying every split."""
    if steps == 1:
        return 0
    if slots == 0:
        return float("inf")
    return min(
        m + least(m, slots) + least(steps - m, slots - 1) for m in range(1, steps)
    )


@pytest.mark.parametrize("slots", range(1, 8))
def test_the_count_is_the_least_of_all_schedules(slots: int):
    for steps in range(1, 70):
        assert recomputed(steps, slots) == least(steps, slots)


def run(steps: int, slots: int) -> tuple[int, int, int]:
    """Reverse a chain of numbers; count computed steps, stored states, most repeats."""
    advanced, most, times = 0, 0, [0] * steps

    def advance(state: int, begin: int, end: int) -> int:
        nonlocal advanced
        assert state == begin
        advanced += end - begin
        for step in range(begin, end):
            times[step] += 1
        return end

    stored = Checkpoints(steps, slots, 0)
    for step in reversed(range(steps)):
        assert stored.last(advance) == step
        most = max(most, stored.count - 1)
        stored.reversed()
    return advanced, most, max(times)


@pytest.mark.parametrize("slots", [1, 2, 3, 5, 10, 50])
def test_the_schedule_reaches_the_count_within_its_slots(slots: int):
    for steps in [*range(1, 60), 97]:
        advanced, most, times = run(steps, slots)
        assert advanced == recomputed(steps, slots)
        assert most <= slots
        assert times <= repeats(steps, slots)


def test_a_thousand_steps_with_ten_slots():
    assert reach(10, 4) == 1001
    advanced, most, times = run(1001, 10)
    assert advanced == 3640 < 4 * 1001
    assert most == 10
    assert times == 4
