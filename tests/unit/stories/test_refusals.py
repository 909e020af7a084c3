"""What the sequence refuses: a clear message, a report, and not one write before it."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ..conftest import ENDPOINT, GROUPS, NETWORK, SUBNET, SUBSCRIPTION, VAULT, WORLD, ZONES, Cloud
from ..worlds.backup import AN_HOUR, HISTORIES, endpoint
from .conftest import Tell
from .support import BLOB, ENDPOINT_WISH, HUB_ENDPOINT_WISH, HUB_SUBNET, UNREGISTERED, fault

JSON = dict[str, t.Any]
MakeCloud = t.Callable[..., Cloud]
BACKUP_ZONE = f"{ZONES}/privatelink.we.backup.windowsazure.com"
SLASH_29 = {"name": "tiny", "address_prefix": "10.1.4.0/29"}
TWO_ADDRESSES_LEFT = {"name": "full", "address_prefix": "10.1.5.0/28", "addresses_in_use": 9}


@dataclass(frozen=True)
class Case:
    """One refusal: the gates that close, words of the message, and what leads there."""

    gates: set[str]
    words: tuple[str, ...]
    world: JSON = field(default_factory=dict)
    desired: JSON = field(default_factory=dict)


def elsewhere(**changes: t.Any) -> JSON:
    """The usual endpoint, wanted otherwise."""
    return {"backup_endpoints": [{**ENDPOINT_WISH, **changes}]}


def networks(*subnets: JSON, **changes: t.Any) -> JSON:
    """The usual networks, the first with more subnets or otherwise."""
    made = copy.deepcopy(WORLD["virtual_networks"])
    made[0]["subnets"] += subnets
    made[0].update(changes)
    return {"virtual_networks": made}


def existing(**changes: t.Any) -> JSON:
    """A vault that has the endpoint already."""
    world = endpoint("pe-backup", **{"virtual_network": "vnet-app", **changes})
    return {"vaults": [AN_HOUR], "private_endpoints": [world]}


def reader(*roles: str) -> JSON:
    """An identity with these roles only."""
    scope = f"/subscriptions/{SUBSCRIPTION}"
    principal = {
        "object_id": "44444444-4444-4444-8444-444444444444",
        "roles": [{"role": role, "scope": scope} for role in roles],
    }
    return {"principals": [principal]}


OTHER = "99999999-9999-4999-8999-999999999999"
#: A network in another subscription than the vault, of the same owner.
ELSEWHERE: JSON = {
    "subscriptions": [{"id": SUBSCRIPTION}, {"id": OTHER}],
    "principals": [
        {
            "object_id": "44444444-4444-4444-8444-444444444444",
            "roles": [{"role": "Owner", "scope": f"/subscriptions/{one}"} for one in (SUBSCRIPTION, OTHER)],
        }
    ],
    "virtual_networks": [{**WORLD["virtual_networks"][0], "subscription_id": OTHER}],
}
VAULT_WITH_IDENTITY = {**AN_HOUR, "identity": "SystemAssigned"}
CASES: dict[str, Case] = {
    **{
        f"vault used: {kind}": Case(
            {"freshness"}, (VAULT, "can never use private endpoints"), {"vaults": [{**AN_HOUR, "history": history}]}
        )
        for kind, history in HISTORIES.items()
    },
    "vault used, whatever is attested": Case(
        {"freshness"},
        ("never",),
        {"vaults": [{**AN_HOUR, "history": HISTORIES["protected item"]}]},
        {"backup_freshness_attested": True},
    ),
    "freshness unknown": Case({"freshness"}, ("attest",), {"vaults": [{**AN_HOUR, "created_days_ago": 400}]}),
    "subnet too small": Case(
        {"subnet"}, ("has 3 free addresses", "are needed"), networks(SLASH_29), elsewhere(subnet=f"{NETWORK}/subnets/tiny")
    ),
    "subnet full": Case(
        {"subnet"},
        ("has 2 free addresses", "are needed"),
        networks(TWO_ADDRESSES_LEFT),
        elsewhere(subnet=f"{NETWORK}/subnets/full"),
    ),
    "no such subnet": Case({"subnet"}, ("does not exist",), {}, elsewhere(subnet=f"{NETWORK}/subnets/nowhere")),
    "network policies": Case(
        {"network_policies"}, ("privateEndpointNetworkPolicies", "Enabled"), {}, elsewhere(subnet=f"{NETWORK}/subnets/policed")
    ),
    "network in another region": Case(
        {"region"}, ("northeurope", "westeurope"), {}, elsewhere(subnet=SUBNET.replace("vnet-app", "vnet-north"))
    ),
    "twelve endpoints": Case(
        {"quota"},
        ("has 12 private endpoints", "Azure allows 12"),
        {"vaults": [AN_HOUR], "private_endpoints": [endpoint(f"pe{number}") for number in range(12)]},
    ),
    "name taken on the vault": Case(
        {"endpoint_name"}, ("already has an endpoint named pe-backup",), existing(resource_group="rg-network")
    ),
    "two endpoints in one zone": Case(
        {"zones"},
        ("one over the other",),
        {},
        {"backup_endpoints": [ENDPOINT_WISH, {"name": "pe-hub", "subnet": HUB_SUBNET}]},
    ),
    "zone of another endpoint": Case(
        {"zones"},
        ("one over the other", "would be lost"),
        {
            "vaults": [AN_HOUR],
            "private_dns_zones": [{"name": BACKUP_ZONE.rsplit("/", 1)[-1], "resource_group": "rg-dns"}],
            "private_endpoints": [endpoint("pe-hub", zone_group={"name": "default", "zones": [BACKUP_ZONE]})],
        },
    ),
    "network linked to another zone of the name": Case(
        {"zones"},
        ("already linked to", "rg-dns-hub"),
        {
            "private_dns_zones": [
                {
                    "name": BLOB,
                    "resource_group": "rg-dns-hub",
                    "virtual_network_links": [{"name": "theirs", "virtual_network": NETWORK}],
                }
            ]
        },
    ),
    "cross-region restore is on": Case(
        {"cross_region_restore"},
        ("cross-region restore",),
        {"vaults": [{**AN_HOUR, "cross_region_restore": "Enabled"}]},
    ),
    "cross-region restore is wanted": Case(
        {"cross_region_restore"}, ("cross-region restore",), {}, {"backup_vault_cross_region_restore": "Enabled"}
    ),
    "identity off": Case(
        {"identity"}, ("system-assigned identity", "never done"), {"vaults": [VAULT_WITH_IDENTITY]}, {"backup_vault_identity": False}
    ),
    "vault wanted in another region": Case(
        {"region"},
        (f"{VAULT} is in westeurope, wanted is northeurope", "cannot be moved"),
        {"vaults": [AN_HOUR]},
        {"backup_vault_location": "North Europe"},
    ),
    "endpoint in another subnet": Case(
        {"endpoint_name"},
        ("exists in subnet", "cannot be moved"),
        existing(),
        {"backup_endpoints": [{**HUB_ENDPOINT_WISH, "name": "pe-backup"}]},
    ),
    "endpoint of another kind": Case(
        {"endpoint_name"}, ("exists for AzureSiteRecovery",), existing(group_id="AzureSiteRecovery")
    ),
    "endpoint approved otherwise": Case(
        {"endpoint_name"}, ("automatic approval", "cannot change"), existing(), elsewhere(manual=True)
    ),
    "endpoint rejected": Case({"endpoint_name"}, ("Rejected, which is final",), existing(status="Rejected")),
    "endpoint of another vault": Case(
        {"endpoint_name"},
        ("leads to",),
        {**existing(target=VAULT.replace("vault-backup", "vault-other")), "vaults": [AN_HOUR, {**AN_HOUR, "name": "vault-other"}]},
    ),
    "may only read": Case({"permissions", "zone_names", "zones"}, ("may not do", "vaults/write"), reader("Reader")),
    "may not join the subnet": Case(
        {"permissions"},
        ("may not do Microsoft.Network/virtualNetworks/subnets/join/action", SUBNET),
        reader("Reader", "Backup Contributor", "Private DNS Zone Contributor"),
    ),
    "may not approve the connection": Case(
        {"permissions"},
        ("may not do Microsoft.RecoveryServices/vaults/privateEndpointConnectionsApproval/action",),
        reader("Reader", "Backup Contributor", "Network Contributor", "Private DNS Zone Contributor"),
    ),
    "provider not registered": Case(
        {"provider"}, ("Microsoft.RecoveryServices is NotRegistered",), {"subscriptions": [UNREGISTERED]}
    ),
    "no such group": Case(
        {"resource_group"}, (f"{GROUPS}/rg-nowhere does not exist",), {}, {"backup_dns_zone_resource_group": "rg-nowhere"}
    ),
    "endpoint in another subscription, without a group": Case(
        {"resource_group"},
        (
            f"/subscriptions/{OTHER}/resourceGroups/rg-backup does not exist. pe-backup must be in the subscription of the virtual",
            "Name one in backup_endpoints.resource_group",
        ),
        ELSEWHERE,
        elsewhere(subnet=SUBNET.replace(SUBSCRIPTION, OTHER), dns_zone_subscription_id=SUBSCRIPTION),
    ),
    "region of another cloud": Case(
        {"cloud", "zone_names"},
        ("usgovvirginia belongs to AzureUSGovernment",),
        {},
        {"backup_vault_location": "usgovvirginia"},
    ),
    "another cloud": Case(
        {"cloud", "zone_names"}, ("westeurope belongs to AzureCloud", "AzureUSGovernment"), {"cloud": "AzureUSGovernment"}
    ),
    "region that is misspelt": Case(
        {"zone_names"},
        ("Nobody knows the region westeurop:", "Correct backup_vault_location (did you mean westeurope?)"),
        {},
        {"backup_vault_location": "West Europ"},
    ),
    "zones of a region nobody knows": Case(
        {"zone_names"},
        ("Nobody knows the region atlantis", "private DNS zones of AzureBackup", "in backup_dns_zone_names"),
        {
            **networks(location="atlantis"),
            "settings": {"capabilities_available": False, "geo_codes": {"atlantis": "at"}},
        },
        {"backup_vault_location": "atlantis"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused_by_a_gate_before_anything_is_written(name: str, make_cloud: MakeCloud, tell: Tell) -> None:
    case = CASES[name]
    cloud = make_cloud(**case.world)
    cloud.mark()
    played = tell(cloud, backup_permission_timeout=0, **case.desired).play()
    assert cloud.writes() == []
    assert "Nothing was written" in played.failure
    for words in case.words:
        assert words in played.failure
    assert played.failure.count("Nobody knows the region") <= 1
    report = played.report
    assert report["result"] == "refused"
    assert {gate["name"] for gate in report["gates"] if gate["verdict"] in ("refused", "unknown")} == case.gates


#: Refused before any request.
MALFORMED: dict[str, tuple[JSON, str]] = {
    "subnet": (elsewhere(subnet="vnet-app/endpoints"), "endpoints.subnet"),
    "subnet of a wrong type": (elsewhere(subnet=VAULT), "endpoints.subnet"),
    "network to link": ({"backup_dns_virtual_networks": [SUBNET]}, "virtual_networks"),
    "vault name": ({"backup_vault_name": "vault/backup"}, "not a valid name"),
    "vault name with a digit first": ({"backup_vault_name": "1-vault"}, "beginning with a letter"),
    "endpoint name": (elsewhere(name="pe backup"), "beginning with a letter or digit"),
    "no endpoint": ({"backup_endpoints": []}, "endpoints is empty"),
    "no time to wait": ({"backup_wait_timeout": 0}, "wait_timeout must be at least 1"),
    "tag of the vault": ({"backup_vault_tags": {"a/b": "1"}}, "backup_vault_tags has the name 'a/b'"),
    "tags of an endpoint": (elsewhere(tags={"A": "1", "a": "2"}), "endpoints.tags names a twice"),
    "endpoint named twice": ({"backup_endpoints": [ENDPOINT_WISH, {**ENDPOINT_WISH, "name": "PE-Backup"}]}, "twice"),
    "endpoint beside its network": (elsewhere(subscription_id="99999999-9999-4999-8999-999999999999"), "subscription"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_cannot_be_meant_sends_nothing(name: str, cloud: Cloud, tell: Tell) -> None:
    desired, words = MALFORMED[name]
    cloud.mark()
    played = tell(cloud, **desired).play()
    assert words in played.failure
    assert cloud.requests() == []


SIGN_INS: dict[str, tuple[JSON, JSON, str]] = {
    "secret": ({"secret": "another"}, {}, "AADSTS7000215"),
    "client": ({"client_id": "99999999-9999-4999-8999-999999999999"}, {}, "AADSTS700016"),
    "tenant": ({"tenant": "99999999-9999-4999-8999-999999999999"}, {}, "check your tenant"),
    "token has expired": ({}, {"settings": {"token_lifetime": -600}}, "expired"),
    "subscription": ({"subscription_id": "99999999-9999-4999-8999-999999999999"}, {}, "subscription"),
}


@pytest.mark.parametrize("name", SIGN_INS)
def test_credentials_that_do_not_count(name: str, make_cloud: MakeCloud, tell: Tell) -> None:
    connection, world, words = SIGN_INS[name]
    cloud = make_cloud(**world)
    sequence = tell(cloud)
    sequence.connection.update(connection)
    cloud.mark()
    played = sequence.play()
    assert words.lower() in played.failure.lower()
    assert "rehearsal-secret" not in played.failure
    assert cloud.writes() == []


def test_a_report_that_cannot_be_kept_does_not_hide_why(cloud: Cloud, tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = str(tmp_path / "file" / "reports")
    refused = tell(cloud, **elsewhere(subnet=f"{NETWORK}/subnets/nowhere"), backup_report_directory=nowhere).play()
    assert "[subnet]" in refused.failure and "cannot be written" not in refused.failure
    done = tell(cloud, backup_report_directory=nowhere).play()
    assert "cannot be written" in done.failure and "it writes nothing" in done.failure
    assert cloud.writes() == []


def test_a_delegated_subnet_is_warned_of(make_cloud: MakeCloud, tell: Tell) -> None:
    delegated = {"name": "given", "address_prefix": "10.1.6.0/24", "delegations": ["Microsoft.Web/serverFarms"]}
    cloud = make_cloud(**networks(delegated))
    played = tell(cloud, **elsewhere(subnet=f"{NETWORK}/subnets/given")).play("preflight")
    assert not played.failure
    assert any("is delegated to Microsoft.Web/serverFarms" in text for text in played.warnings)


def test_attested_freshness_opens_the_gate(make_cloud: MakeCloud, tell: Tell) -> None:
    cloud = make_cloud(vaults=[{**AN_HOUR, "created_days_ago": 400}])
    played = tell(cloud, backup_freshness_attested=True).play()
    assert not played.failure
    assert any("attested by the operator" in text for text in played.warnings)


def test_a_vault_used_between_the_gates_and_the_endpoint_gets_none(cloud: Cloud, tell: Tell) -> None:
    """The gate is asked again right before the endpoint: what happened in the meantime counts."""

    def use(request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        answer = proceed(request, entry)
        if request.method == "PUT" and request.path.endswith("vaults/vault-backup"):
            cloud.event("protection_attempted", vault="vault-backup")
        return answer

    cloud.arm.around.insert(0, use)
    played = tell(cloud).play()
    assert "can never use private endpoints" in played.failure
    assert not cloud.exists(ENDPOINT)
    assert played.report["result"] == "failed"


def test_a_policy_that_forbids_the_write_is_told_in_azures_words(cloud: Cloud, tell: Tell) -> None:
    fault(
        cloud,
        {"status": 403, "code": "RequestDisallowedByPolicy", "message": "Not here."},
        times=0,
        nth="every",
        method="PUT",
        path="/vaults/",
    )
    played = tell(cloud).play()
    assert "RequestDisallowedByPolicy" in played.failure and "exemption" in played.failure
    assert not cloud.exists(VAULT)
