"""Which private DNS zone a name belongs in, and under which record name."""

from __future__ import annotations

PRIVATE_LINK = "privatelink."

#: Services whose private zone is not the public suffix with the label in front.
#: Source: Microsoft Learn "Azure private endpoint private DNS zone values" (key vault).
_OTHER_SUFFIXES = {
    "vault.azure.net": "vaultcore.azure.net",
    "vault.usgovcloudapi.net": "vaultcore.usgovcloudapi.net",
    "vault.azure.cn": "vaultcore.azure.cn",
}


def record_name(fqdn: str, zone: str) -> str:
    """The relative record name of ``fqdn`` in ``zone``, or an empty string when it does not belong there.

    Endpoints publish some names with the ``privatelink`` label (vaults) and some without (storage); both belong into
    the zone that carries the label. Source: Microsoft Learn "Azure private endpoint private DNS zone values".
    """
    name, suffix = fqdn.rstrip(".").lower(), zone.lower()
    public = suffix.removeprefix(PRIVATE_LINK)
    others = [short for short, long in _OTHER_SUFFIXES.items() if suffix == PRIVATE_LINK + long]
    for ending in dict.fromkeys((suffix, public, *others)):
        if name.endswith("." + ending) and PRIVATE_LINK not in name[: -len(ending)]:
            return name[: -len(ending) - 1]
    return ""


def alias(fqdn: str) -> str:
    """The ``privatelink`` name that public DNS answers for a public name of a resource with a private endpoint.

    ``account.blob.core.windows.net`` leads to ``account.privatelink.blob.core.windows.net``; the label follows the
    resource's own labels, of which partitioned storage names (``account.z12.blob.storage.azure.net``) have two.
    """
    name = fqdn.rstrip(".").lower()
    own, _dot, suffix = name.partition(".")
    zone, _dot, rest = suffix.partition(".")
    if zone[:1] == "z" and zone[1:].isdigit():
        own, suffix = f"{own}.{zone}", rest
    return f"{own}.{PRIVATE_LINK}{_OTHER_SUFFIXES.get(suffix, suffix)}"
