"""The geo codes of Azure's regions, read from ``data/geo_codes.csv``.

Sources: MicrosoftDocs/azure-docs ``articles/backup/scripts/geo-code-list.md``, the same page of docs.azure.cn, and the
region tables of Azure/ALZ-Bicep, Azure/missionlz and the Azure Verified Modules.
"""

from __future__ import annotations

import csv
import functools
import typing as t
from pathlib import Path

from .wire import JSON, location


class Region(t.NamedTuple):
    """A region's geo code and the cloud it belongs to."""

    geo_code: str
    cloud: str


@functools.cache
def regions() -> dict[str, Region]:
    """Every known region by its folded name."""
    with (Path(__file__).parent / "data" / "geo_codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["region"]: Region(row["geo_code"], row["cloud"]) for row in csv.DictReader(file)}


def geo_code(region: str, cloud: str, settings: JSON) -> str | None:
    """The geo code of a region of a cloud, or ``None``: a cloud does not know the regions of another one.

    The world's setting ``geo_codes`` adds regions or replaces codes.
    """
    name = location(region)
    own = {location(key): str(value) for key, value in settings.get("geo_codes", {}).items()}
    known = regions().get(name)
    return own.get(name) or (known.geo_code if known and known.cloud == cloud else None)
