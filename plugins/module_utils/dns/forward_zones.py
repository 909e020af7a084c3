"""Which zones a DNS server forwards to Azure: one list for each sequence, one table of suffixes for each cloud.

Public sources: https://learn.microsoft.com/azure/private-link/private-endpoint-dns (zones and public forwarders),
https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration (forward the public suffix),
https://learn.microsoft.com/azure/backup/backup-azure-private-endpoints-configure-manage (``blob.storage.azure.net``).
The public suffix alone is enough where the server asks the target for every alias; a server with a general forwarder
follows aliases on its own and needs the ``privatelink`` form too, so both are the default.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..azure.clouds import CLOUDS, Cloud
from ..errors import InputError
from ..ids import region
from .geo_codes import GEO_CODES
from .zone_choice import CLOUD_ZONES, LABEL, fold_name

GEO = "{geo}."
FORMS = ("both", "public", "privatelink")
#: Names of the clouds' own, for those who name none.
CLOUD_NAMES = tuple(CLOUDS)


@dataclass(frozen=True)
class Suffix:
    """A service's names: under ``public`` as they are asked for, under ``privatelink`` in the private zone.

    A leading ``{geo}.`` (after the label ``privatelink``) stands for the geo code of a region.
    """

    public: str
    privatelink: str

    def of(self, form: str, geo_codes: t.Sequence[str]) -> list[str]:
        """The zones in one form (``public``, ``privatelink``, ``both``); none that needs a geo code when there is none."""
        forms = {"public": (self.public,), "privatelink": (self.privatelink,)}.get(
            form, (self.public, self.privatelink)
        )
        found = []
        for text in forms:
            found += [text.replace(GEO, f"{code.lower()}.") for code in geo_codes] if GEO in text else [text]
        return list(dict.fromkeys(found))

    def takes(self, name: str) -> bool:
        """Whether a name is one of this service's, in either form and whatever its region."""
        bare = [self.public.replace(GEO, ""), self.privatelink.replace(LABEL + GEO, "")]
        return any(name.endswith("." + suffix) for suffix in bare)


#: The services whose names a sequence's clients ask for.
SEQUENCES: dict[str, tuple[str, ...]] = {
    "backup": ("backup", "blob", "queue", "partitioned_blob"),
    "dpm_mabs": ("backup", "blob", "queue", "partitioned_blob"),
    "site_recovery": ("site_recovery",),
    "migrate": ("migrate", "key_vault", "blob", "site_recovery"),
}
#: A sequence does not do without these.
NEEDS_GEO_CODE = ("backup",)
_KEY_VAULT = {
    "AzureCloud": "vault.azure.net",
    "AzureUSGovernment": "vault.usgovcloudapi.net",
    "AzureChinaCloud": "vault.azure.cn",
}


def suffixes(cloud: Cloud) -> dict[str, Suffix]:
    """The suffixes of a cloud by service; services whose names in that cloud no public source has are not in it."""
    found: dict[str, Suffix] = {}
    if cloud.backup_suffix:
        found["backup"] = Suffix(GEO + cloud.backup_suffix, LABEL + GEO + cloud.backup_suffix)
    if cloud.site_recovery_suffix:
        found["site_recovery"] = Suffix(GEO + cloud.site_recovery_suffix, LABEL + cloud.site_recovery_suffix)
    if cloud.storage_suffix:
        for service in ("blob", "queue"):
            name = f"{service}.{cloud.storage_suffix}"
            found[service] = Suffix(name, LABEL + name)
    if cloud.name == "AzureCloud":
        found["partitioned_blob"] = Suffix("blob.storage.azure.net", LABEL + "blob.storage.azure.net")
    if cloud.name in _KEY_VAULT:
        found["key_vault"] = Suffix(_KEY_VAULT[cloud.name], CLOUD_ZONES["vault"][cloud.name])
    if cloud.name in CLOUD_ZONES["default"]:
        zone = CLOUD_ZONES["default"][cloud.name]
        found["migrate"] = Suffix(zone.removeprefix(LABEL), zone)
    return found


def zones_to_forward(
    sequences: t.Iterable[str],
    cloud_name: str,
    *,
    geo_codes: t.Sequence[str] = (),
    names: t.Iterable[str] = (),
    form: str = "both",
) -> list[str]:
    """The zones of the sequences and of further names, in one cloud.

    ``names`` are names that must resolve: the services they belong to count as if a sequence had them, and the geo
    codes in them are taken. Raises :class:`InputError` for an unknown sequence or cloud, a sequence that has no known
    names there, and a missing geo code.
    """
    cloud = _cloud(cloud_name)
    known, asked = suffixes(cloud), [fold_name(name) for name in names]
    codes = list(dict.fromkeys([*(code.lower() for code in geo_codes), *geo_codes_in(asked, cloud)]))
    services = dict.fromkeys(_services(sequences, cloud, known))
    services.update({name: None for name, suffix in known.items() if any(suffix.takes(item) for item in asked)})
    missing = [service for service in services if service in NEEDS_GEO_CODE and not codes]
    if missing:
        raise InputError(
            "geo_codes and locations are empty, and the zones of Azure Backup have the region's geo code in them "
            "(such as we for West Europe): name one of them."
        )
    return list(dict.fromkeys(zone for service in services for zone in known[service].of(form, codes)))


def zones_of_names(names: t.Iterable[str]) -> list[str]:
    """The zones, in both forms, that the services of these names have in whatever cloud they are."""
    listed = [fold_name(name) for name in names]
    found: dict[str, None] = {}
    for cloud in CLOUDS.values():
        codes = geo_codes_in(listed, cloud)
        for suffix in suffixes(cloud).values():
            if any(suffix.takes(name) for name in listed):
                found.update(dict.fromkeys(suffix.of("both", codes)))
    return list(found)


def geo_codes_of(locations: t.Iterable[str]) -> list[str]:
    """The geo codes of regions. Raises :class:`InputError` for a region that no public list has."""
    found = []
    for location in locations:
        entry = GEO_CODES.get(region(location))
        if entry is None:
            raise InputError(f"locations: the geo code of {location} is in no public list; give it in geo_codes.")
        found.append(entry.code.lower())
    return found


def geo_codes_in(names: t.Iterable[str], cloud: Cloud) -> list[str]:
    """The geo codes that names of Azure Backup carry."""
    suffix = "." + cloud.backup_suffix
    codes = [name[: -len(suffix)].rsplit(".", 1)[-1] for name in names if cloud.backup_suffix and name.endswith(suffix)]
    return list(dict.fromkeys(code for code in codes if code != LABEL.rstrip(".")))


def covering(name: str, zones: t.Iterable[str]) -> str:
    """The longest of the zones that a name is in; empty when it is in none."""
    folded = fold_name(name)
    return max((zone for zone in zones if folded == zone or folded.endswith("." + zone)), key=len, default="")


def _cloud(name: str) -> Cloud:
    for cloud in CLOUDS.values():
        if cloud.name.lower() == name.lower():
            return cloud
    raise InputError(f"cloud {name!r} is none of {', '.join(CLOUDS)}.")


def _services(sequences: t.Iterable[str], cloud: Cloud, known: t.Mapping[str, Suffix]) -> list[str]:
    found: list[str] = []
    for sequence in sequences:
        if sequence not in SEQUENCES:
            raise InputError(f"sequences: {sequence!r} is none of {', '.join(SEQUENCES)}.")
        first = SEQUENCES[sequence][0]
        if first not in known:
            raise InputError(
                f"sequences: no public source has the names of {sequence} in {cloud.name}; leave it out and list its zones in extra_zones."
            )
        found += [service for service in SEQUENCES[sequence] if service in known]
    return found
