"""What somebody else changes between a reading of ours and the write that rests on it is not lost."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.privatelink.recovery.extensions.emulator.wire import JSON
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_records import MODULE as RECORDS
from ansible_collections.privatelink.recovery.plugins.modules.private_dns_zone import MODULE as ZONES

from ...conftest import BACKUP_ZONES, NETWORK, Cloud

MakeCloud = t.Callable[..., Cloud]
BLOB = BACKUP_ZONES[1]
THEIRS = {"creator": "another team"}
NAMES = [{"fqdn": f"n{number}.blob.core.windows.net", "ip_addresses": [f"10.1.1.{number}"]} for number in (4, 5)]
NAMED: JSON = {"zones": [BLOB], "names": NAMES, "owner": "pe-backup"}


def just_before(cloud: Cloud, method: str, path: str, change: t.Callable[[JSON], None]) -> list[JSON]:
    """Have somebody change a resource right before our write of it arrives; the requests of ours that met it."""
    met: list[JSON] = []

    def around(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if (request.method, request.path.lower()) == (method, path.lower()):
            if not met:
                document = cloud.document(path)
                change(document)
                document["etag"] = f'"{cloud.arm.guid()}"' if document["etag"].startswith('"') else cloud.arm.guid()
            met.append({"if-match": request.headers.get("if-match"), "entry": entry})
        return proceed(request, entry)

    cloud.arm.around.insert(0, around)
    return met


def taken_over(document: JSON) -> None:
    document["properties"].update(metadata=THEIRS, aRecords=[{"ipv4Address": "10.7.7.7"}])


def touched(document: JSON) -> None:
    """Nothing that anybody looks at."""


MOVED = {**NAMED, "names": [{**NAMES[0], "ip_addresses": ["10.1.1.200"]}, *NAMES[1:]]}
RECORD = f"{BLOB}/A/n4"


def written(make_cloud: MakeCloud) -> Cloud:
    cloud = make_cloud(private_dns_zones=[{"name": BLOB.rsplit("/", 1)[-1], "resource_group": "rg-dns"}])
    assert not cloud.run(RECORDS, **NAMED).get("failed")
    return cloud


def test_a_record_taken_over_while_it_is_repaired_stays_theirs(make_cloud: MakeCloud) -> None:
    cloud = written(make_cloud)
    met = just_before(cloud, "PUT", RECORD, taken_over)
    refused = cloud.run(RECORDS, **MOVED)
    assert refused["failed"] and "10.7.7.7" in refused["msg"] and "creator: another team" in refused["msg"]
    assert met[0]["if-match"] and len(met) == 1
    assert cloud.document(RECORD)["properties"]["metadata"] == THEIRS


def test_a_record_taken_over_while_it_is_removed_stays(make_cloud: MakeCloud) -> None:
    cloud = written(make_cloud)
    just_before(cloud, "DELETE", RECORD, taken_over)
    done = cloud.run(RECORDS, **NAMED, state="absent")
    assert not done.get("failed") and done["counts"]["foreign"] == 1
    assert cloud.document(RECORD)["properties"]["metadata"] == THEIRS


@pytest.mark.parametrize(("method", "options"), [("PUT", MOVED), ("DELETE", {**NAMED, "state": "absent"})])
def test_a_record_that_only_got_another_etag_is_written_all_the_same(
    method: str, options: JSON, make_cloud: MakeCloud
) -> None:
    cloud = written(make_cloud)
    met = just_before(cloud, method, RECORD, touched)
    assert not cloud.run(RECORDS, **options).get("failed")
    assert [one["entry"]["status"] for one in met] == [412, 200]


LINKED: JSON = {
    "zones": [{"name": BLOB.rsplit("/", 1)[-1], "resource_group": "rg-dns"}],
    "virtual_networks": [NETWORK],
    "link_name": "app",
}
LINK = f"{BLOB}/virtualNetworkLinks/app"


def unmarked(document: JSON) -> None:
    document["tags"] = {"owner": "another team"}


@pytest.mark.parametrize("taken", [LINK, BLOB])
def test_what_somebody_made_theirs_while_it_is_removed_stays(taken: str, cloud: Cloud) -> None:
    assert not cloud.run(ZONES, **LINKED).get("failed")
    met = just_before(cloud, "DELETE", taken, unmarked)
    refused = cloud.run(ZONES, **LINKED, state="absent")
    assert refused["failed"] and "was changed by somebody else while this task ran" in refused["msg"]
    assert met[0]["if-match"] and cloud.document(taken)["tags"] == {"owner": "another team"}


@pytest.mark.parametrize("taken", [LINK, BLOB])
def test_what_only_got_another_etag_is_removed_all_the_same(taken: str, cloud: Cloud) -> None:
    assert not cloud.run(ZONES, **LINKED).get("failed")
    met = just_before(cloud, "DELETE", taken, touched)
    assert not cloud.run(ZONES, **LINKED, state="absent").get("failed")
    assert len(met) == 2 and not cloud.exists(BLOB)
