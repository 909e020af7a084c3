"""What Azure refuses about a storage account: its name, its kind and its firewall.

Sources: Microsoft Learn "Resolve errors for storage account names" (both codes and messages) and "Configure Azure
Storage firewalls and virtual networks"; azure-rest-api-specs ``storage.json`` (``NetworkRuleSet``: ``defaultAction`` is
required, ``bypass`` is a comma list and AzureServices unless given).
"""

from __future__ import annotations

import re
import typing as t

from ...arm import Arm
from ...store import Resource
from ...wire import JSON, ArmError
from .documents import ACCOUNT_TYPE, SERVICES
from .settings import refusal

BYPASS = ("Logging", "Metrics", "AzureServices")
_ACTIONS = ("Allow", "Deny")
_NAME = re.compile(r"[a-z0-9]{3,24}")
_SKU = re.compile(r"(Standard|Premium)(V2)?_(LRS|ZRS|GRS|GZRS|RAGRS|RAGZRS)")


def invalid_name(name: str) -> str:
    """Why a name cannot be an account's; empty when it can."""
    if _NAME.fullmatch(name):
        return ""
    return (
        f"{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in "
        "length and use numbers and lower-case letters only."
    )


def is_taken(arm: Arm, name: str) -> bool:
    """Whether an account has the name: names are unique across Azure."""
    return any(account.name.lower() == name.lower() for account in arm.store.below("/", ACCOUNT_TYPE))


def check_name(arm: Arm, name: str) -> None:
    """Refuse a new account's name."""
    if reason := invalid_name(name):
        raise ArmError(400, "AccountNameInvalid", reason)
    if is_taken(arm, name):
        raise ArmError(409, "StorageAccountAlreadyTaken", f"The storage account named {name} is already taken.")


def check_kind(kind: str, sku: str) -> None:
    """Refuse a kind or a SKU that does not exist."""
    if kind not in SERVICES:
        raise ArmError(400, "InvalidRequestPropertyValue", f"The value '{kind}' of 'kind' is not valid.")
    if not _SKU.fullmatch(sku):
        raise ArmError(400, "InvalidRequestPropertyValue", f"The value '{sku}' of 'sku.name' is not valid.")


def check_kind_change(arm: Arm, account: Resource, wanted: str) -> None:
    """Refuse to change the kind, other than to General Purpose v2 from what came before it.

    Source: Microsoft Learn "Upgrade to a general-purpose v2 storage account".
    """
    current = account.document["kind"]
    if wanted != current and not (wanted == "StorageV2" and current in ("Storage", "BlobStorage")):
        raise refusal(arm, "kind_change", f"The kind of a storage account cannot change from {current} to {wanted}.")


def network_rules(arm: Arm, given: JSON) -> JSON:
    """The firewall that a body's ``networkAcls`` makes: the whole object, whatever was there before."""
    action = given.get("defaultAction")
    if action not in _ACTIONS:
        raise refusal(arm, "network_rules", f"The value '{action}' of 'networkAcls.defaultAction' is not valid.")
    rules: JSON = {
        "ipv6Rules": list(given.get("ipv6Rules") or []),
        "bypass": bypass(arm, given.get("bypass")),
        "virtualNetworkRules": [
            {"id": rule["id"], "action": rule.get("action", "Allow"), "state": "Succeeded"}
            for rule in given.get("virtualNetworkRules") or []
        ],
        "ipRules": [
            {"value": rule["value"], "action": rule.get("action", "Allow")} for rule in given.get("ipRules") or []
        ],
        "defaultAction": action,
    }
    if given.get("resourceAccessRules"):
        rules["resourceAccessRules"] = given["resourceAccessRules"]
    return rules


def bypass(arm: Arm, given: t.Any) -> str:
    """A ``bypass`` as Azure writes it back: known words in their own order, ``None`` for none."""
    if given is None:
        return "AzureServices"
    words = {word.strip().lower() for word in str(given).split(",") if word.strip()}
    known = [word for word in BYPASS if word.lower() in words]
    if len(known) != len(words - {"none"}) or ("none" in words and known):
        raise refusal(arm, "network_rules", f"The value '{given}' of 'networkAcls.bypass' is not valid.")
    return ", ".join(known) or "None"


def trusts_azure(account: Resource) -> bool:
    """Whether trusted Microsoft services get through the account's firewall."""
    rules = account.properties["networkAcls"]
    open_to_all = rules["defaultAction"] == "Allow" and account.properties.get("publicNetworkAccess") != "Disabled"
    return open_to_all or "AzureServices" in rules["bypass"]
