"""Azure Resource Manager's buckets of requests."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import Response
from ansible_collections.privatelink.recovery.extensions.emulator.world import WorldError
from ansible_collections.privatelink.recovery.tests.unit.emulator.client import (
    GUEST,
    SUBSCRIPTION_ID,
    Azure,
    code,
    world_with_guest,
)

GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/rg-backup"
READS = "x-ms-ratelimit-remaining-subscription-reads"
GLOBAL = "x-ms-ratelimit-remaining-subscription-global-reads"


def throttled(chosen: t.Any = "azure") -> Azure:
    return Azure(world_with_guest(("Reader", SUBSCRIPTION_ID), throttling=chosen))


def spend(azure: Azure, times: int, caller: str = "") -> Response:
    for _time in range(times):
        answer = azure.send("GET", GROUP, caller=caller)
    return answer


def test_a_full_bucket_has_250_reads_and_25_more_each_second() -> None:
    azure = throttled()
    assert spend(azure, 1).headers[READS] == "249"
    last = spend(azure, 249)
    assert (last.status, last.headers[READS], last.headers[GLOBAL]) == (200, "0", "3500")
    refused = spend(azure, 1)
    assert (refused.status, code(refused)) == (429, "SubscriptionRequestsThrottled")
    assert (refused.headers["Retry-After"], refused.headers[READS]) == ("1", "0")
    assert refused.headers["x-ms-failure-cause"] == "gateway"
    azure.clock.advance(1)
    assert [spend(azure, 1).status for _time in range(26)] == [200] * 25 + [429]
    azure.clock.advance(3600)
    assert spend(azure, 1).headers[READS] == "249"


def test_buckets_are_a_principal_s_and_a_kind_s() -> None:
    azure = throttled({"reads": {"bucket": 2}})
    assert [spend(azure, 1).status for _time in range(3)] == [200, 200, 429]
    assert spend(azure, 1, GUEST).headers[READS] == "1"
    written = azure.send("PATCH", GROUP, {"tags": {}})
    assert (written.status, written.headers["x-ms-ratelimit-remaining-subscription-writes"]) == (200, "199")
    tenant = azure.send("GET", "/subscriptions")
    assert (tenant.status, tenant.headers["x-ms-ratelimit-remaining-tenant-reads"]) == (200, "1")


def test_all_principals_of_a_subscription_share_fifteen_times_as_much() -> None:
    azure = throttled({"reads": {"bucket": 1, "refill": 0.001}})
    assert spend(azure, 1).headers[GLOBAL] == "14"
    assert spend(azure, 1, GUEST).headers[GLOBAL] == "13"


def test_how_long_to_wait_follows_the_refill_and_a_least_time() -> None:
    slow = throttled({"reads": {"bucket": 1, "refill": 0.1}})
    assert spend(slow, 2).headers["Retry-After"] == "10"
    patient = throttled({"reads": {"bucket": 1}, "retry_after": 17})
    assert spend(patient, 2).headers["Retry-After"] == "17"


def test_a_request_that_is_refused_costs_nothing() -> None:
    azure = throttled({"reads": {"bucket": 1, "refill": 1}})
    spend(azure, 20)
    azure.clock.advance(1)
    assert spend(azure, 1).status == 200


def test_a_provider_that_counts_itself_says_its_own() -> None:
    zones = throttled().send("GET", f"{GROUP}/providers/Microsoft.Network/privateDnsZones", api="2020-06-01")
    assert zones.headers["x-ms-ratelimit-remaining-subscription-resource-requests"] == "499"
    assert READS not in zones.headers


def test_nothing_is_throttled_unless_the_world_says_so() -> None:
    azure = Azure(world_with_guest())
    assert spend(azure, 300).headers[READS] == "11700"


@pytest.mark.parametrize("chosen", ["on", True, 5, {"read": {}}, {"reads": {"bucket": 0}}, {"retry_after": "soon"}])
def test_a_setting_that_cannot_be_meant(chosen: t.Any) -> None:
    with pytest.raises(WorldError, match=r"settings\.throttling: must be 'azure' or a mapping"):
        throttled(chosen)
