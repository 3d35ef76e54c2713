"""A worker: frames only as fast as the page draws them, mail at once."""

from __future__ import annotations

import queue

import pytest

from hubel.playground._frame import unpack
from hubel.playground._worker import CREDITS, Worker
from tests.playground.rooms import Counting


def started():
    posted = queue.Queue()
    worker = Worker(Counting, posted.put)
    worker.start()
    assert posted.get(timeout=10)["type"] == "welcome"
    return worker, posted


def frames(posted, timeout):
    """Take what was posted until nothing comes for a while; return the frames."""
    found = []
    while True:
        try:
            reply = posted.get(timeout=timeout)
        except queue.Empty:
            return found
        if isinstance(reply, bytes):
            found.append(unpack(reply))


def test_a_page_that_draws_nothing_gets_no_more_than_its_credits():
    worker, posted = started()
    worker.give({"type": "run", "on": True})
    assert len(frames(posted, 0.3)) == CREDITS
    worker.stop()
    assert worker.join(10)


def test_a_slow_page_gets_the_latest():
    worker, posted = started()
    worker.give({"type": "run", "on": True})
    first = frames(posted, 0.3)
    worker.give({"type": "ack", "seq": first[-1].sequence})
    later = frames(posted, 0.3)
    assert len(later) == CREDITS
    assert later[0].step > first[-1].step + 10  # what was between was never sent
    worker.stop()
    assert worker.join(10)


def test_mail_is_answered_while_it_works():
    worker, posted = started()
    worker.give({"type": "run", "on": True})
    worker.give({"type": "ask"})
    worker.give({"type": "nonsense"})
    replies = []
    while len(replies) < 2:
        reply = posted.get(timeout=10)
        if isinstance(reply, dict):
            replies.append(reply)
    assert replies[0]["type"] == "count"
    assert replies[1] == {
        "type": "error",
        "problem": "no nonsense",
        "remedy": "ask",
        "about": "nonsense",
    }
    worker.stop()
    assert worker.join(10)


def test_what_stands_still_is_drawn_once():
    worker, posted = started()
    assert len(frames(posted, 0.3)) == 1
    worker.stop()
    assert worker.join(10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("broken", ["welcome", "handle", "frame"])
def test_a_page_is_told_that_its_room_has_broken(broken):
    class Broken(Counting):
        pass

    def fail(*_given):
        raise ZeroDivisionError("by design")

    setattr(Broken, broken, fail)
    posted = queue.Queue()
    worker = Worker(Broken, posted.put)
    worker.start()
    worker.give({"type": "ask"})
    assert worker.join(10)
    *_, last = posted.queue
    assert last["type"] == "error"
    assert "by design" in last["problem"]
    assert last["remedy"]
