"""Which dynamic updates make a zone right: pure, killed anywhere, and never somebody else's records."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.servers.updates import (
    Changes,
    Found,
    changes,
    entries,
    refuse_foreign,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.errors import Refusal

from .updated_zone import UpdatedZone

JSON = dict[str, t.Any]
ZONE = "privatelink.we.backup.windowsazure.com"
Wanted = dict[str, tuple[str, ...]]
OLD: Wanted = {"a": ("10.1.1.4",), "b.c": ("10.1.1.5", "10.1.1.6")}
NEW: Wanted = {"a": ("10.1.2.4",), "d": ("10.1.1.7",)}
THEIRS = {"www": Found(("10.9.9.9",), 300), "ftp": Found(alias="www.corp.example")}


class Server(UpdatedZone):
    """The zone with somebody else's records."""

    def __init__(self) -> None:
        super().__init__(ZONE, THEIRS)

    def run(self, wanted: Wanted, stop: int | None = None) -> Changes:
        made = changes(self.read(), wanted, 60)
        for update in made.updates[:stop]:
            self.take(update)
        return made


def test_records_come_change_and_go_and_a_second_run_has_nothing_to_do() -> None:
    server = Server()
    made = server.run(OLD)
    assert server.addresses() == OLD and made.left == []
    assert made.after == [f"a.{ZONE} 60 IN A 10.1.1.4", f"b.c.{ZONE} 60 IN A 10.1.1.5", f"b.c.{ZONE} 60 IN A 10.1.1.6"]
    assert server.run(OLD).updates == []
    moved = server.run(NEW)
    assert server.addresses() == NEW
    assert (moved.before[0], moved.after[0]) == (f"a.{ZONE} 60 IN A 10.1.1.4", f"a.{ZONE} 60 IN A 10.1.2.4")
    assert server.run(NEW).updates == []
    server.run({})
    assert (server.addresses(), server.texts, server.found) == ({}, [], THEIRS)


@pytest.mark.parametrize("stop", range(8))
@pytest.mark.parametrize("then", [NEW, OLD, {}], ids=["the same again", "back", "teardown"])
def test_a_run_may_be_killed_after_any_update(stop: int, then: Wanted) -> None:
    server = Server()
    server.run(OLD)
    server.run(NEW, stop)
    server.run(then)
    assert server.addresses() == then and server.found.items() >= THEIRS.items()
    assert server.run(then).updates == []


def test_only_the_time_to_live_differs() -> None:
    server = Server()
    server.run(OLD)
    server.found["a"] = Found(OLD["a"], 3600)
    assert [row["record"] for row in server.run(OLD).updates] == ["a"] and server.found["a"].time_to_live == 60


def test_a_record_that_was_right_before_us_is_left_to_whoever_wrote_it() -> None:
    server = Server()
    server.found["a"] = Found(OLD["a"], 3600)
    server.run(OLD)
    assert server.found["a"].time_to_live == 3600
    server.run({})
    assert server.addresses() == {"a": OLD["a"]} and server.texts == []


def test_what_somebody_changed_is_corrected_where_it_is_wanted_and_left_at_teardown() -> None:
    server = Server()
    server.run(OLD)
    server.found["a"] = Found(("10.8.8.8",), 60)
    assert server.run(OLD).before == [f"a.{ZONE} 60 IN A 10.8.8.8"] and server.addresses() == OLD
    server.found["a"] = Found(("10.8.8.8",), 60)
    gone = server.run({})
    assert server.addresses() == {"a": ("10.8.8.8",)} and server.texts == []
    assert len(gone.left) == 1 and f"a.{ZONE} has 10.8.8.8" in gone.left[0]


@pytest.mark.parametrize(
    ("record", "words"), [("www", "the addresses 10.9.9.9"), ("ftp", "an alias to www.corp.example")]
)
def test_a_name_of_somebody_else_is_refused(record: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        refuse_foreign(Server().read(), {record: ("10.1.1.4",)})
    refuse_foreign(Server().read(), {"www": ("10.9.9.9",), "new": ("10.1.1.4",)})


def test_the_list_takes_long_names_and_nothing_that_this_collection_did_not_write() -> None:
    long = ".".join(["x" * 63] * 3)
    server = Server()
    addresses = tuple(f"10.1.1.{number}" for number in range(100, 108))
    made = server.run({long: addresses})
    assert max(len(piece) for piece in made.updates[0]["value"][0].strip('"').split('" "')) <= 255
    assert server.read().ours == {long: {addresses}}
    foreign = ["v=spf1 -all", "a", "a 10.1.1.x", "*.a 10.1.1.1", 'a" 10.1.1.1', "", "a  10.1.1.1"]
    assert entries(foreign) == {}
