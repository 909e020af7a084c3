"""The firewall of a key vault or storage account, as an option and as Azure's ``networkAcls``.

https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update (``NetworkRuleSet``) and
https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create: Azure replaces the object as a whole. A key vault that restricts
nothing shows none (azure-cli recording ``test_keyvault_public_network_access.yaml``).
"""

from __future__ import annotations

import copy
import typing as t

from ..engine.spec import Option, a_set
from ..wire import JSON, get_path

#: What counts while nothing was set.
OPEN: JSON = {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []}


def firewall() -> dict[str, Option]:
    """The sub-options of a firewall."""
    return {
        "default_action": Option(choices=("Allow", "Deny")),
        "bypass": Option(choices=("AzureServices", "None")),
        "ip_rules": Option(type="list", elements="str"),
    }


def folded(rules: t.Any) -> JSON:
    """Rules as they are compared: what is not said is open, order and case do not count."""
    shown = {**OPEN, **{name: value for name, value in (rules or {}).items() if value is not None}}
    return {
        "bypass": a_set(word.strip() for word in str(shown["bypass"]).split(",")),
        "defaultAction": str(shown["defaultAction"]).lower(),
        "ipRules": a_set(row.get("value") for row in shown["ipRules"]),
        "virtualNetworkRules": a_set(row.get("id") for row in shown["virtualNetworkRules"]),
    }


def rules_wanted(current: JSON | None, given: t.Mapping[str, t.Any] | None) -> JSON | None:
    """The whole firewall to want: what is given laid over what is there; None when nothing is given."""
    laid = {name: value for name, value in (given or {}).items() if value is not None}
    if not laid:
        return None
    there = get_path(current, "properties.networkAcls") or {}
    rules: JSON = {**copy.deepcopy(OPEN), **{name: there[name] for name in OPEN if there.get(name) is not None}}
    for rule in rules["virtualNetworkRules"]:
        # Azure's own word of how far it came with a rule.
        rule.pop("state", None)
    if "default_action" in laid:
        rules["defaultAction"] = laid["default_action"]
    if "bypass" in laid:
        rules["bypass"] = laid["bypass"]
    if "ip_rules" in laid:
        rules["ipRules"] = [{"value": text} for text in laid["ip_rules"]]
    return rules
