"""Reads side by side: how many at once, in which order results and failures come, and that no thread stays behind."""

from __future__ import annotations

import contextvars
import threading
import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pool import NEAR, Pool

#: Longer than any test takes; a barrier that is not met fails the test instead of hanging it.
PATIENCE = 20


@pytest.fixture(autouse=True)
def no_thread_stays() -> t.Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) - before == set()


class Flight:
    """Questions that count how many are on their way."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.now = self.most = 0
        self.asked: list[t.Any] = []

    def ask(self, name: t.Any, until: threading.Barrier | None = None) -> t.Any:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.asked.append(name)
        if until:
            until.wait(PATIENCE)
        with self.lock:
            self.now -= 1
        return name


def far(most: int) -> Pool:
    """A pool that knows that answers take long."""
    return Pool(most, far=True)


@pytest.mark.parametrize("most", [2, 3, 8])
def test_so_many_are_on_their_way_at_once(most: int) -> None:
    flight, barrier = Flight(), threading.Barrier(most)
    assert far(most).together([lambda n=n: flight.ask(n, barrier) for n in range(3 * most)]) == list(range(3 * most))
    assert flight.most == most


def test_fewer_questions_than_threads() -> None:
    flight, barrier = Flight(), threading.Barrier(3)
    assert far(8).together([lambda n=n: flight.ask(n, barrier) for n in "abc"]) == ["a", "b", "c"]


def test_results_come_in_the_given_order() -> None:
    """The first is answered last."""
    second = threading.Event()
    deeds = [lambda: second.wait(PATIENCE) and "first", lambda: second.set() or "second"]
    assert far(2).together(deeds) == ["first", "second"]


@pytest.mark.parametrize("pool", [Pool(1, far=True), Pool(8), far(8)])
def test_one_question_makes_no_thread(pool: Pool) -> None:
    assert pool.together([threading.current_thread]) == [threading.current_thread()]
    assert pool.together([]) == []


def test_one_at_a_time_asks_in_order_and_stops_at_the_first_failure() -> None:
    flight = Flight()

    def fail() -> t.Any:
        raise ValueError(flight.ask("bad"))

    with pytest.raises(ValueError, match="bad"):
        Pool(1, far=True).together([lambda: flight.ask("a"), fail, lambda: flight.ask("b")])
    assert flight.asked == ["a", "bad"]


def test_the_first_failure_in_order_is_raised_whenever_it_came() -> None:
    later = threading.Event()

    def early() -> t.Any:
        assert later.wait(PATIENCE)
        raise ValueError("the first")

    def late() -> t.Any:
        later.set()
        raise KeyError("the second")

    with pytest.raises(ValueError, match="the first"):
        far(2).together([early, late])


def test_what_was_not_begun_before_a_failure_is_not_begun_after_it() -> None:
    flight = Flight()

    def fail() -> t.Any:
        raise ValueError(flight.ask("bad"))

    barrier = threading.Barrier(2)
    deeds = [
        lambda: flight.ask("a", barrier),
        lambda: flight.ask("b", barrier),
        *[fail] * 2,
        *[lambda: flight.ask("c")] * 9,
    ]
    with pytest.raises(ValueError, match="bad"):
        far(2).together(deeds)
    assert sorted(flight.asked[:2]) == ["a", "b"]
    assert flight.asked.count("bad") >= 1
    # The other thread may have begun one or two before it learnt of the failure, never all that is left.
    assert flight.asked.count("c") < 9


def test_failures_are_remembered_until_they_are_asked_for() -> None:
    flight, barrier = Flight(), threading.Barrier(3)

    def fail() -> t.Any:
        raise ValueError(flight.ask("bad", barrier))

    first, bad, last = far(3).ahead([lambda: flight.ask("a", barrier), fail, lambda: flight.ask("b", barrier)])
    assert sorted(flight.asked) == ["a", "b", "bad"]
    assert (last(), first(), last()) == ("b", "a", "b")
    for _time in range(2):
        with pytest.raises(ValueError, match="bad"):
            bad()
    assert len(flight.asked) == 3


def test_one_at_a_time_asks_nothing_ahead() -> None:
    flight = Flight()

    def fail() -> t.Any:
        raise ValueError(flight.ask("bad"))

    first, bad, last = Pool(1).ahead([lambda: flight.ask("a"), fail, lambda: flight.ask("b")])
    assert flight.asked == []
    assert (last(), last()) == ("b", "b")
    for _time in range(2):
        with pytest.raises(ValueError, match="bad"):
            bad()
    assert flight.asked == ["b", "bad"]
    assert first() == "a"


@pytest.mark.parametrize("most", [1, 2, 3, 8])
def test_questions_that_ask_more_never_wait_for_themselves(most: int) -> None:
    pool, flight = far(most), Flight()

    def tree(depth: int) -> int:
        if not depth:
            return int(flight.ask(1))
        return sum(pool.together([lambda: tree(depth - 1)] * 3))

    assert tree(4) == 81
    assert flight.most <= most


def test_one_question_that_asks_several() -> None:
    """No thread stays behind it (see the fixture)."""
    pool, barrier = far(3), threading.Barrier(3)
    assert pool.together([lambda: pool.together([lambda: barrier.wait(PATIENCE) * 0] * 3)]) == [[0, 0, 0]]


def test_idle_threads_help_with_what_a_question_asks() -> None:
    pool, barrier = far(3), threading.Barrier(3)
    flight = Flight()
    inner = [lambda n=n: flight.ask(n, barrier) for n in range(3)]
    assert pool.together([lambda: pool.together(inner), lambda: [9]]) == [[0, 1, 2], [9]]


def test_near_answers_are_asked_for_by_one_thread() -> None:
    """While each answer comes within ``near`` seconds, another connection would cost more than it gains."""
    threads = Pool(8, near=PATIENCE).together([threading.current_thread] * 20)
    assert set(threads) == {threading.current_thread()}


def test_answers_that_do_not_come_bring_the_others() -> None:
    found: list[str] = []
    pool, barrier = Pool(4, near=0.001, found_far=lambda: found.append("far")), threading.Barrier(4)
    flight = Flight()
    for _time in range(2):
        assert pool.together([lambda n=n: flight.ask(n, barrier) for n in range(4)]) == [0, 1, 2, 3]
    assert found == ["far"]
    assert NEAR < 0.05  # Azure's own answers take longer.


def test_with_no_end_of_patience_no_thread_is_made() -> None:
    threads = Pool(8, near=float("inf")).together([threading.active_count] * 5)
    assert threads == [threading.active_count()] * 5


@pytest.mark.parametrize("most", [1, 4])
def test_nothing_is_written_from_here(most: int) -> None:
    pool = far(most)
    with pytest.raises(RuntimeError, match="refused to send PUT /x beside other requests; this is a defect"):
        pool.together([lambda: pool.refuse_write("PUT", "/x")] * 2)
    with pytest.raises(RuntimeError):
        pool.ahead([lambda: pool.refuse_write("PUT", "/x")] * 2)[0]()
    pool.refuse_write("PUT", "/x")


def test_an_interrupt_ends_it_at_once() -> None:
    """Control-C meets the thread that called; what the others have begun is not waited for, and nothing more is begun."""
    flight, begun, release = Flight(), threading.Barrier(2), threading.Event()
    caller = threading.current_thread()

    def deed() -> t.Any:
        if threading.current_thread() is not caller:
            helpers.append(threading.current_thread())
        begun.wait(PATIENCE)
        if threading.current_thread() is caller:
            raise KeyboardInterrupt
        assert release.wait(PATIENCE)
        return flight.ask("late")

    helpers: list[threading.Thread] = []
    with pytest.raises(KeyboardInterrupt):
        far(2).together([deed, deed, *[lambda: flight.ask("more")] * 5])
    release.set()
    helpers[0].join(PATIENCE)
    assert flight.asked == ["late"]


def test_threads_see_what_the_caller_has_set() -> None:
    """Ansible keeps the task that a message belongs to in context variables."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")
    variable.set("the task")
    barrier = threading.Barrier(2)
    assert far(2).together([lambda: (barrier.wait(PATIENCE), variable.get())[1]] * 2) == ["the task"] * 2
