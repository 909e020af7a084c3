"""A report in the order it is read: title, verdict, reasons, duties, and the worst first; nothing of other endpoints."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.privatelink.recovery.plugins.module_utils.report.document import FORMS, build
from ansible_collections.privatelink.recovery.plugins.module_utils.report.page import short
from ansible_collections.privatelink.recovery.plugins.module_utils.report.reading import (
    reading,
    reasons,
    title,
    verdict,
    worst_first,
)
from ansible_collections.privatelink.recovery.plugins.modules.report import MODULE

from ...conftest import GROUPS, SUBSCRIPTION, VAULT, Cloud
from .samples import sample

JSON = dict[str, t.Any]


def given(**options: t.Any) -> JSON:
    return build({"scenario": "backup", "result": "converged", **options}, "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Azure Backup"),
        ({"subject": {"vault": VAULT}}, "Azure Backup, vault vault-backup"),
        ({"subject": {"vault": VAULT}, "entry_point": "drift"}, "Azure Backup, drift, vault vault-backup"),
        ({"scenario": "of-mine"}, "of-mine"),
    ],
)
def test_the_title_has_the_sequence_and_the_vault(options: JSON, words: str) -> None:
    assert title(given(**options)) == words


@pytest.mark.parametrize(
    ("result", "ready", "words"),
    [
        ("converged", True, "The run brought everything to the wanted state, and the vault is ready to protect."),
        ("unchanged", False, "Everything was already as wanted; nothing was written; the vault is not ready to protect yet."),
        ("check", None, "Check mode: nothing was written; this is what a run would do."),
    ],
)  # fmt: skip
def test_the_verdict_is_one_sentence(result: str, ready: bool | None, words: str) -> None:
    assert verdict(given(result=result, ready_to_protect=ready)) == words


def test_the_reasons_are_the_error_or_the_closed_gates() -> None:
    gates = [
        {"name": "names", "verdict": "ok", "message": "All."},
        {"name": "subnet", "verdict": "unknown", "message": "Nobody says.", "remedy": "Ask."},
        {"name": "freshness", "verdict": "refused", "message": "Used."},
    ]
    assert reasons(given(result="refused", gates=gates)) == ["[subnet] Nobody says. Ask.", "[freshness] Used."]
    assert reasons(given(result="failed", gates=gates, failure="The policy disallows it.")) == [
        "The policy disallows it."
    ]
    assert reasons(given()) == []


def test_a_person_reads_first_what_stopped_it_and_what_to_do() -> None:
    text = FORMS["report.md"](sample(2))
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[:5] == [
        "# Azure Site Recovery, vault vault-recovery-production-01: refused",
        "## Why it stopped", "## Still to be done by a person", "## About", "## Warnings",
    ]  # fmt: skip
    assert "| What | Who | Why | How it is proved | Done |" in text
    assert text.index("55555555-5555-4555-8555-555555555555") < text.index("## Warnings")


def test_the_worst_comes_first_and_the_rest_stays_in_order() -> None:
    rows = [
        {"verdict": "ok"}, {"resolved": True}, {"resolved": None}, {"verdict": "warning"}, {"resolved": False},
        {"state": "Completed"}, {"record": "missing"}, {"verdict": "refused"}, {"record": "ok", "resolved": False}, {"state": "updating"},
    ]  # fmt: skip
    order = [rows.index(row) for row in worst_first(rows)]
    assert order[0] == 7 and set(order[1:4]) == {4, 6, 8} and order[4] == 3 and order[5] == 9
    assert order[6:] == [0, 1, 2, 5]
    names = next(section for section in reading(sample(2)).sections if section.title == "Names")
    assert names.rows[0]["resolved"] is False and names.columns[0] == ("Endpoint", "endpoint")


def test_records_of_others_in_a_shared_zone_are_not_of_this_report() -> None:
    report = sample(2)
    assert {record["endpoint"] for record in report["records"]} == {
        "pe-recovery-production-01",
        "pe-recovery-production-02",
    }
    assert len(report["records"]) == 14
    for form in FORMS.values():
        assert "of-somebody-else" not in form(report)


def test_records_of_nobody_known_stay_as_given() -> None:
    rows = [{"zone": "example.com", "name": "a"}, {"anything": 1}]
    assert given(records=rows)["records"] == rows


def removal(cloud: Cloud, tmp_path: Path, **more: t.Any) -> JSON:
    ids = [
        f"{GROUPS}/rg/providers/Microsoft.Network/privateEndpoints/pe",
        f"{GROUPS}/rg/providers/Microsoft.Network/privateDnsZones/z/A/r",
    ]
    gone = [{"before_header": one, "after_header": f"{one} (after)", "before": {"a": 1}, "after": {}} for one in ids]
    kept = {"after_header": f"{VAULT} (after)", "before": {"a": 1}, "after": {"a": 2}}
    results = [
        {
            "task": "Removal",
            "result": {
                "results": [
                    {"changed": True, "diff": [*gone, kept], "warnings": ["Slow."]},
                    {"changed": False, "diff": gone},
                ]
            },
        }
    ]
    done = cloud.run(
        MODULE, directory=str(tmp_path), scenario="backup", entry_point="teardown", results=results, **more
    )
    return t.cast(JSON, json.loads(Path(done["json_path"]).read_text()))


def test_what_was_removed_and_warned_of_is_listed(cloud: Cloud, tmp_path: Path) -> None:
    reported = removal(cloud, tmp_path)
    assert [(row["kind"], row["name"]) for row in reported["removed"]] == [
        ("private endpoint", "pe"),
        ("DNS record", "r"),
    ]
    assert reported["warnings"] == [{"task": "Removal", "message": "Slow."}]
    text = FORMS["report.md"](reported)
    assert "## Removed" in text and "| private endpoint | pe | rg |" in text and "Slow." in text


def test_the_identity_is_named_as_the_run_left_it(cloud: Cloud, tmp_path: Path) -> None:
    state = {"identity": {"type": "SystemAssigned", "principal_id": "66666666-6666-4666-8666-666666666666"}}
    results = [{"task": "Vault", "result": {"changed": True, "id": VAULT, "state": state}}]
    resources = [{"kind": "vault", "id": VAULT, "name": "vault-backup"}]
    done = cloud.run(MODULE, directory=str(tmp_path), scenario="backup", results=results, resources=resources)
    for path in ("json_path", "markdown_path", "html_path"):
        assert "66666666-6666-4666-8666-666666666666" in Path(done[path]).read_text()


@pytest.mark.parametrize(
    ("resource_id", "shown"),
    [
        (VAULT, "vaults/vault-backup"), (f"/subscriptions/{SUBSCRIPTION}", f"subscriptions/{SUBSCRIPTION}"), (f"{GROUPS}/rg", "resourceGroups/rg"),
        (f"{GROUPS}/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s", "virtualNetworks/v/subnets/s"),
        (f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/1", "roleAssignments/1"),
        (f"{GROUPS}/rg/providers/Microsoft.Network", f"{GROUPS}/rg/providers/Microsoft.Network"),
    ],
)  # fmt: skip
def test_an_id_by_its_end(resource_id: str, shown: str) -> None:
    assert short(resource_id) == shown


PE = {"kind": "private endpoint", "id": f"{GROUPS}/rg/providers/Microsoft.Network/privateEndpoints/pe", "name": "pe"}


@pytest.mark.parametrize(
    ("resources", "gates", "met"),
    [
        ([], [], [None, None, None, None, None]),
        ([{"kind": "vault", "id": VAULT, "name": "v"}], [], [True, False, None, False, None]),
        (
            [{"kind": "vault", "id": VAULT, "name": "v", "object_id": "1"}, {**PE, "connection": "Pending"}],
            [{"name": "roles", "verdict": "refused", "message": "lacks"}],
            [True, True, False, True, False],
        ),
        (
            [{"kind": "vault", "id": VAULT, "name": "v", "object_id": "1"}, {**PE, "connection": "Approved"}],
            [{"name": "roles", "verdict": "ok", "message": "has"}],
            [True, True, True, True, True],
        ),
    ],
)
def test_the_five_items_of_the_backup_article(resources: list[JSON], gates: list[JSON], met: list[bool | None]) -> None:
    report = given(resources=resources, gates=gates)
    assert [row["met"] for row in report["prerequisites"]] == met
    assert "The private endpoint is approved" in FORMS["report.md"](report)
    assert given(entry_point="teardown")["prerequisites"] == []


def test_prices_firewall_tags_and_the_order_of_roles_are_worth_knowing() -> None:
    text = FORMS["report.md"](given(scenario="site_recovery"))
    for words in ("pricing/details/private-link", "page-blobs", "fqdn-tags", "storage roles after the endpoints"):
        assert words in text
    assert given(scenario="site_recovery", entry_point="teardown")["notes"] == []
