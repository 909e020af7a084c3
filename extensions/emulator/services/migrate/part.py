"""What Microsoft.Migrate and Microsoft.OffAzure bring to the local Azure."""

from __future__ import annotations

from ...arm import Part
from ...world_schema import ACCESS, PLACED, Keys, Many
from .documents import SITES
from .service import Migrate
from .settings import DEFAULTS

_ACCESS = (*ACCESS, "NotSpecified")
WORLD = Keys(
    {
        "migrate_projects": Many(
            Keys(
                {
                    **PLACED,
                    "location": "text",
                    "tags": "mapping",
                    "connectivity": ("private", "public"),
                    "identity": ("SystemAssigned", "None"),
                    "principal_id": "guid",
                    "public_network_access": _ACCESS,
                    "registered_tools": Many("text"),
                    "geo_code": "text",
                    "subnet": "id",
                    "solution_details": "mapping",
                }
            )
        ),
        "assessment_projects": Many(
            Keys(
                {
                    **PLACED,
                    "location": "text",
                    "project": "text",
                    "storage_account": "text",
                    "public_network_access": _ACCESS,
                    "geo_code": "text",
                    "deleted": "flag",
                }
            )
        ),
        "master_sites": Many(
            Keys(
                {
                    **PLACED,
                    "location": "text",
                    "storage_account": "text",
                    "public_network_access": _ACCESS,
                    "geo_code": "text",
                }
            )
        ),
        "migrate_sites": Many(
            Keys(
                {
                    **PLACED,
                    "location": "text",
                    "kind": tuple(SITES),
                    "project": "text",
                    "master_site": "text",
                    "key_vault": "text",
                    "appliance": "text",
                    "principal_id": "guid",
                }
            )
        ),
    }
)

#: No recording is public: they follow their nearest neighbours.
SECONDS = {"assessment_project.create": 20, "assessment_project.update": 10, "master_site.create": 20}
ASK_AGAIN = {"assessment_project.": 10, "master_site.": 10}

PART = Part(services=(Migrate,), seconds=SECONDS, ask_again=ASK_AGAIN, settings=DEFAULTS, world=WORLD)
