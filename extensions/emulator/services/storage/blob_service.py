"""``Microsoft.Storage/storageAccounts/blobServices``: what an account does with blobs that are deleted.

Sources: azure-rest-api-specs ``specification/storage/resource-manager/Microsoft.Storage/stable`` (``blob.json``: the
document, PUT and GET of ``default``, 1 to 365 days). Accounts made in the portal keep deleted blobs unless set
otherwise, accounts made by a request do not (Microsoft Learn "Soft delete for blobs").
"""

from __future__ import annotations

import copy
import typing as t

from ...arm import Call, Route
from ...store import Resource
from ...wire import JSON, Response
from .documents import ACCOUNT, find_account
from .settings import refusal

_SERVICE = f"{ACCOUNT}/blobServices/default"
_HIDDEN = "blob_service"
_MOST_DAYS = 365


def routes() -> list[Route]:
    """The routes of the only blob service an account has."""
    return [
        Route("GET", _SERVICE, lambda call: Response(200, _document(find_account(call)))),
        Route("PUT", _SERVICE, _put),
    ]


def keep_deleted(account: Resource, days: int) -> None:
    """Let an account keep deleted blobs for some days; 0 switches that off."""
    policy = {"enabled": True, "days": days} if days else {"enabled": False}
    _properties(account)["deleteRetentionPolicy"] = {"allowPermanentDelete": False, **policy}


def keeps_deleted(account: Resource) -> bool:
    """Whether an account keeps deleted blobs."""
    return bool(_properties(account)["deleteRetentionPolicy"]["enabled"])


def _put(call: Call) -> Response:
    account, given = find_account(call), call.body.get("properties") or {}
    policy = given.get("deleteRetentionPolicy") or {}
    if policy.get("enabled") and not 1 <= int(policy.get("days") or 0) <= _MOST_DAYS:
        raise refusal(call.arm, "retention_days", f"deleteRetentionPolicy.days must be between 1 and {_MOST_DAYS}.")
    _properties(account).update(copy.deepcopy(given))
    return Response(200, _document(account))


def _properties(account: Resource) -> JSON:
    fresh: JSON = {
        "cors": {"corsRules": []},
        "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False},
    }
    return t.cast(JSON, account.hidden.setdefault(_HIDDEN, fresh))


def _document(account: Resource) -> JSON:
    return {
        "sku": dict(account.document["sku"]),
        "id": f"{account.id}/blobServices/default",
        "name": "default",
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "properties": copy.deepcopy(_properties(account)),
    }
