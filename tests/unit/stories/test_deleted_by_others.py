"""Somebody deletes what a run has made while it still runs: it is told or made again, and one more run ends the same.

``DELETIONS`` says how many moments of each role are played, spread over the run; all of them with ``DELETIONS=all``.
"""

from __future__ import annotations

import functools
import os
import re
import typing as t
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.dns.private_dns import API_VERSION as DNS_VERSION
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.endpoint_names import (
    NETWORK_API_VERSION as NETWORK_VERSION,
)
from ansible_collections.privatelink.recovery.plugins.module_utils.resources.roles import API_VERSION as ROLES_VERSION

from ..conftest import SIGN_IN, Cloud
from .sequence import Played
from .settings import SETTINGS
from .support import comparable, state

JSON = dict[str, t.Any]
MOMENTS = os.environ.get("DELETIONS", "12")
NAMES = ["backup, endpoint", "backup, endpoint, records", "site_recovery", "site_recovery, records"]
#: What can be deleted, by its kind: what runs make and others have the right to remove, and the version that does it.
KINDS = {
    "endpoint": (r"/privateEndpoints/[^/]+$", NETWORK_VERSION),
    "zone group": (r"/privateDnsZoneGroups/[^/]+$", NETWORK_VERSION),
    "link": (r"/virtualNetworkLinks/[^/]+$", DNS_VERSION),
    "record": (r"/privateDnsZones/[^/]+/A/[^/]+$", DNS_VERSION),
    "role assignment": (r"/roleAssignments/[^/]+$", ROLES_VERSION),
}
#: Azure writes the records of a zone group, and nothing writes one again that is deleted from under it.
NOT_OF = {("backup, endpoint", "record"), ("site_recovery", "record")}


class Moment(t.NamedTuple):
    """Before which request of a run what is deleted. ``resource`` is an id in comparable form."""

    request: int
    resource: str


@functools.cache
def undisturbed(name: str) -> tuple[JSON, tuple[Moment, ...]]:
    """What a run leaves, and every moment at which something of it is there and can be deleted."""
    setting = SETTINGS[name]
    cloud, there = setting.cloud(), list[tuple[int, str]]()
    before = {one.id for one in cloud.arm.store.all()}
    real, count = cloud.arm.answer, 0

    def answer(request: t.Any) -> t.Any:
        nonlocal count
        count += 1
        if not SIGN_IN.search(request.path):
            there.extend(
                (count, one.id) for one in cloud.arm.store.all() if one.id not in before and kind(name, one.id)
            )
        return real(request)

    cloud.arm.answer = answer  # type: ignore[method-assign]
    with TemporaryDirectory() as directory:
        sequence = setting.sequence(cloud, Path(directory))
        sequence.connection["concurrency"] = 1
        played = sequence.play()
    assert not played.failure, played.failure
    return state(cloud), tuple(Moment(number, comparable(found)) for number, found in there)


def kind(name: str, resource_id: str) -> str:
    """Of which kind a resource is; nothing for what is not deleted here."""
    for found, (pattern, _version) in KINDS.items():
        if (name, found) not in NOT_OF and re.search(pattern, resource_id):
            return found
    return ""


def chosen(name: str) -> list[Moment]:
    """The moments that are played, spread over the run, every kind among them."""
    moments = undisturbed(name)[1]
    if MOMENTS == "all":
        return [*moments]
    found: list[Moment] = []
    kinds = sorted({kind(name, one.resource) for one in moments})
    for number, one in enumerate(kinds):
        of_kind = [moment for moment in moments if kind(name, moment.resource) == one]
        count = max(2, int(MOMENTS) // len(kinds))
        step = max(1, len(of_kind) // count)
        found += of_kind[number % step :: step][:count]
    return found


def deleted_before(cloud: Cloud, moment: Moment) -> list[int]:
    """Have somebody delete a resource before the n-th request, as Azure deletes it; where in the log that was."""
    when: list[int] = []
    real, count = cloud.arm.answer, 0

    def answer(request: t.Any) -> t.Any:
        nonlocal count
        count += 1
        if count == moment.request:
            cloud.arm.answer = real  # type: ignore[method-assign]
            found = next(one.id for one in cloud.arm.store.all() if comparable(one.id) == moment.resource)
            version = next(version for pattern, version in KINDS.values() if re.search(pattern, found))
            cloud.connection.azure.delete(found, version)
            when.append(len(cloud.arm.log))
        return real(request)

    cloud.arm.answer = answer  # type: ignore[method-assign]
    return when


def there(cloud: Cloud, resource: str) -> bool:
    return any(comparable(one.id) == resource for one in cloud.arm.store.all())


def verified_at(played: Played) -> int:
    """Where in the log the last verification began."""
    return max((deed.began for deed in played.deeds if deed.module == "verification"), default=0)


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("name", NAMES)
def test_somebody_deletes_what_a_run_has_made(name: str, part: int, tmp_path: Path) -> None:
    setting, goal = SETTINGS[name], undisturbed(name)[0]
    moments = chosen(name)
    assert len(moments) >= 4
    for number, moment in enumerate(moments[part::4]):
        cloud = setting.cloud()
        sequence = setting.sequence(cloud, tmp_path / str(number))
        sequence.connection["concurrency"] = 1
        when = deleted_before(cloud, moment)
        played = sequence.play()
        assert when, moment
        if not played.failure and kind(name, moment.resource) != "role assignment" and when[0] < verified_at(played):
            # What was gone when everything was verified is not passed over.
            assert there(cloud, moment.resource), moment
        again = sequence.play()
        assert again.failure == "", (moment, played.failure, again.failure)
        # Endpoints that were made anew have other addresses, and their connections other ids.
        assert set(state(cloud)) == set(goal), moment
        assert sequence.play("verify").failure == "", moment
