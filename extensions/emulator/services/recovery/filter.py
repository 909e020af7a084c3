"""The ``$filter`` of Backup's lists: equalities joined with ``and``."""

from __future__ import annotations

import re

from ... import odata
from ...wire import JSON, ArmError

# The spelling in a filter and the properties it may be about; moments are no equalities and decide nothing here.
_PROPERTIES = {"status": ("registrationStatus", "status"), "itemtype": ("workloadType", "protectedItemType")}
_MOMENTS = {"starttime", "endtime"}


def parse(text: str) -> dict[str, str]:
    """The terms of a filter by lower-case name. Raises 400 for what is not understood."""
    found = [one for one in odata.comparisons(text) if one.operator == "eq"]
    parts = [part for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE) if part.strip()]
    if len(found) != len(parts):
        raise ArmError(400, "InvalidFilterInQueryString", f"Invalid filter '{text}' in the query string.")
    return {one.name: one.value for one in found}


def matches(properties: JSON, terms: dict[str, str]) -> bool:
    """Whether a record's properties meet every term; values are compared without regard to case."""
    folded = {name.lower(): value for name, value in properties.items()}
    for name, wanted in terms.items():
        if name in _MOMENTS:
            continue
        fields = _PROPERTIES.get(name, (name,))
        values = {str(folded[field.lower()]).lower() for field in fields if field.lower() in folded}
        if wanted.lower() not in values:
            return False
    return True
