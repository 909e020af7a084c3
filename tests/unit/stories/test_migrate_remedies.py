"""The gates of a project of Azure Migrate: what each says to type or to do opens it, in the words of the role's variables."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.catalog import SEQUENCES
from ansible_collections.privatelink.recovery.plugins.module_utils.sequences.gates.access import FOUNDATION

from ..conftest import SUBSCRIPTION, Cloud
from ..worlds import migrate as worlds
from ..worlds.migrate import MAKE, entry, to_be_made, world_with
from .sequence import Sequence

JSON = dict[str, t.Any]
Change = t.Callable[[JSON], t.Any]
pytestmark = pytest.mark.xdist_group("migrate remedies")
ROLE = Path(__file__).parents[3] / "roles" / "migrate"
KNOWN = set(yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"])


def nothing(world: JSON) -> None:
    """The world as it is to be."""


@dataclass(frozen=True)
class Case:
    """``world`` and ``given`` bring the gate to its verdict; what the remedy says (``says``), as ``typed`` variables or as a world
    without the change, opens it."""

    gate: str
    says: str
    world: Change = nothing
    given: JSON = field(default_factory=dict)
    typed: JSON = field(default_factory=dict)
    warns: bool = False


def reader(world: JSON) -> None:
    principal = {
        "object_id": "44444444-4444-4444-8444-444444444444",
        "roles": [{"role": "Reader", "scope": f"/subscriptions/{SUBSCRIPTION}"}],
    }
    world["principals"] = [principal]


def subnet(**values: t.Any) -> Change:
    return lambda world: entry(world, "virtual_networks", "vnet-hub")["subnets"][0].update(values)


def registered(world: JSON, **project: t.Any) -> None:
    """A project is there, so its provider is registered."""
    world.pop("subscriptions")
    world["migrate_projects"] = [{"name": "contoso", **worlds.PLACE, **project}]


def public(world: JSON) -> None:
    registered(world, connectivity="public")


def name_taken(world: JSON) -> None:
    world["private_endpoints"] = [
        {"name": "contoso-pe", **worlds.PLACE, "virtual_network": "vnet-hub", "subnet": "endpoints", "target": worlds.STORAGE, "group_id": "blob"}
    ]  # fmt: skip


def linked_elsewhere(world: JSON) -> None:
    links = [{"name": "theirs", "virtual_network": "vnet-hub"}]
    zone = {"name": worlds.ZONE_NAMES["migration"], "resource_group": "rg-dns", "virtual_network_links": links}
    world["private_dns_zones"] = [zone]


def own_dns(world: JSON) -> None:
    entry(world, "virtual_networks", "vnet-hub").update(dns_servers=["10.2.0.4"])


def locked(world: JSON) -> None:
    world["locks"] = [
        {"scope": f"{worlds.PROVIDERS.removesuffix('/providers')}", "level": "ReadOnly", "name": "frozen"}
    ]


def there(world: JSON) -> None:
    registered(world, subnet=worlds.SUBNET)


CASES = (
    Case("permissions", "Contributor and User Access Administrator", reader),
    Case("resource_group", "Create the resource group", given={"dns_zone_resource_group": "rg-none"}, typed={"dns_zone_resource_group": "rg-dns"}),
    Case("provider", "migrate_register_providers: true", given={"register_providers": False}, typed={"register_providers": True}),
    Case("cloud", "Correct migrate_location", given={"location": "usgovvirginia"}, typed={"location": "westeurope"}),
    Case("scenario", "migrate_public_control_plane: true", given={"source": "VMware"}, typed={"public_control_plane": True}),
    Case("project", "migrate_project_name", public, typed={"project_name": "fabrikam"}),
    Case("endpoint_name", "migrate_project_name", name_taken, typed={"project_name": "fabrikam"}),
    Case("virtual_network", "migrate_dns_virtual_networks", given={"dns_virtual_networks": [worlds.NETWORK + "x"]}, typed={"dns_virtual_networks": []}),
    Case(
        "peering", "Peer the two networks", warns=True, typed={"dns_virtual_networks": []},
        given={"dns_virtual_networks": [worlds.NETWORK.replace("vnet-hub", "vnet-island")]},
    ),
    Case("subnet", "migrate_subnet", subnet(address_prefix="10.2.1.0/29")),
    Case(
        "network_policies", "migrate_accepted_network_policies: [Disabled, Enabled]", subnet(private_endpoint_network_policies="Enabled"),
        typed={"accepted_network_policies": ["Disabled", "Enabled"]},
    ),
    Case("gateway", "ExpressRoute private peering", lambda world: entry(world, "virtual_networks", "vnet-hub").update(gateway=None), warns=True),
    Case("region", "migrate_location", there, given={"location": "northeurope"}, typed={"location": "westeurope"}),
    Case("zones", "migrate_dns_zone_resource_group", linked_elsewhere, typed={"dns_zone_resource_group": "rg-dns"}),
    Case("resolution", "migrate_resolver_host", own_dns, warns=True),
    Case("locks", "Have the lock removed", locked),
    Case("backing", "az keyvault recover", lambda world: entry(world, "key_vaults", "contoso1234kv").update(deleted=True)),
    Case(
        "policies", "temporary policy exemption", warns=True,
        world=lambda world: world.update(policy_assignments=[
            {"scope": f"/subscriptions/{SUBSCRIPTION}", "name": "one", "display_name": "Deny public network access", "effect": "Deny"}
        ]),
    ),
)  # fmt: skip
#: Rows that nothing a role of a project does brings to a verdict of their own, or whose cases stand with the module's tests.
ELSEWHERE = {"roles", "quota", "portal_subnet", "zone_names", "dns_mode", "assessment_names"}


def test_every_gate_of_a_project_has_a_case_or_is_shown_elsewhere() -> None:
    rows = {row.name for row in (*FOUNDATION, *SEQUENCES["migrate"].gates)}
    assert rows - {case.gate for case in CASES} == ELSEWHERE


def asked(case: Case, directory: Path, change: Change, given: JSON) -> tuple[str, list[JSON]]:
    """How a preflight of the role failed, and what the gate says that is not ok."""
    cloud = Cloud(world_with(to_be_made, change))
    variables = {**MAKE, **{f"migrate_{suffix}": value for suffix, value in given.items()}}
    played = Sequence(cloud, directory, "migrate", **variables).play("preflight")
    assert cloud.writes() == []
    bad = ("warning",) if case.warns else ("refused", "unknown")
    return played.failure, [
        gate for gate in played.report["gates"] if gate["name"] == case.gate and gate["verdict"] in bad
    ]


@pytest.mark.parametrize("case", CASES, ids=[case.gate for case in CASES])
def test_what_a_gate_says_opens_it(case: Case, tmp_path: Path) -> None:
    failure, closed = asked(case, tmp_path / "closed", case.world, case.given)
    assert closed, "the gate was not brought to its verdict"
    assert bool(failure) is not case.warns
    remedy = " ".join(gate["remedy"] for gate in closed)
    assert case.says in remedy
    assert set(re.findall(r"(?<![\w./-])(migrate_[a-z_]+[a-z])", remedy)) <= KNOWN, "only variables that the role has"
    assert "sequence." not in remedy
    mended = case.world if case.typed else nothing
    assert asked(case, tmp_path / "open", mended, {**case.given, **case.typed})[1] == []
