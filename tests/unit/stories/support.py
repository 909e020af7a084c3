"""What the stories have in common: the usual variables, the state of an Azure in comparable form, interruptions."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.privatelink.recovery.extensions.emulator.faults import Fault, Faults
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.admin import Admin
from ansible_collections.privatelink.recovery.extensions.emulator.services.platform.authorization import Authorization
from ansible_collections.privatelink.recovery.plugins.module_utils.azure.pipeline import is_write

from ..conftest import NETWORK, SIGN_IN, SUBNET, SUBSCRIPTION, VAULT, Cloud
from .sequence import Played

JSON = dict[str, t.Any]
HUB_NETWORK = NETWORK.replace("vnet-app", "vnet-hub")
HUB_SUBNET = SUBNET.replace("vnet-app", "vnet-hub")
BLOB = "privatelink.blob.core.windows.net"

ENDPOINT_WISH: JSON = {"name": "pe-backup", "subnet": SUBNET}
HUB_ENDPOINT_WISH: JSON = {"name": "pe-hub", "subnet": HUB_SUBNET, "dns_zone_resource_group": "rg-dns-hub"}
#: One vault, one endpoint.
DESIRED: JSON = {
    "backup_vault_name": "vault-backup",
    "backup_vault_resource_group": "rg-backup",
    "backup_vault_location": "westeurope",
    "backup_dns_zone_resource_group": "rg-dns",
    "backup_endpoints": [ENDPOINT_WISH],
}
#: Everything the sequence can write: a provider, a vault, a role, two endpoints of which one waits for approval.
WHOLE_WISH: JSON = {
    **DESIRED,
    "backup_provider_registration": "register",
    "backup_vault_tags": {"environment": "rehearsal"},
    "backup_role_assignments": [
        {"scope": VAULT.split("/providers/", maxsplit=1)[0], "role": "Reader", "principal_type": "ServicePrincipal"}
    ],
    "backup_endpoints": [ENDPOINT_WISH, {**HUB_ENDPOINT_WISH, "manual": True, "request_message": "Change 4711"}],
}
UNREGISTERED: JSON = {
    "id": "22222222-2222-4222-8222-222222222222",
    "providers": {"Microsoft.RecoveryServices": "NotRegistered"},
}

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VAULT_NUMBER = re.compile(r"\b\d{15,19}\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d+)?Z?")
#: A storage account that Backup allocates, and the end of its name in that of an endpoint.
_ACCOUNT = re.compile(r"\b[a-z]{6}(?=pod01(?:ecs1|prot1)\d\d)")
_ACCOUNT_NUMBER = re.compile(r"(?<=ecs1)\d\d\b|(?<=prot1)\d\d\b|(?<=_ecs1)\d\d(?=_)|(?<=_prot1)\d\d(?=_)")
_OWN = {"11111111", "22222222", "33333333", "44444444"}


def state(cloud: Cloud) -> dict[str, JSON]:
    """Every resource by id, without what differs from one undisturbed run to the next: etags, GUIDs, numbers, times."""
    cloud.arm.clock.advance(3600)
    cloud.arm.scheduler.settle()
    return by_id(resource.document for resource in cloud.arm.store.all())


def by_id(documents: t.Iterable[JSON]) -> dict[str, JSON]:
    """Resources in comparable form."""
    found = [json.loads(comparable(json.dumps(without_etags(document)))) for document in documents]
    return {document["id"]: document for document in sorted(found, key=lambda document: str(document["id"]))}


def comparable(text: str) -> str:
    """A text with placeholders for what Azure makes up."""
    text = _GUID.sub(lambda found: found.group() if found.group()[:8] in _OWN else "<guid>", text)
    text = _ACCOUNT_NUMBER.sub("<nn>", _ACCOUNT.sub("<letters>", text))
    return _TIME.sub("<time>", _VAULT_NUMBER.sub("<number>", text))


def without_etags(value: t.Any) -> t.Any:
    """A document without the marks that change with every write."""
    if isinstance(value, dict):
        return {key: without_etags(item) for key, item in value.items() if key.lower() != "etag"}
    return [without_etags(item) for item in value] if isinstance(value, list) else value


def fault(cloud: Cloud, action: JSON, *, nth: int | str = 1, times: int = 1, **match: str) -> Fault:
    """Put a fault in force (``times`` 0: for good); its ``applied`` counts how often it struck."""
    faults: Faults = cloud.arm.service(Admin).faults
    return faults.add({"match": match, "nth": nth, "times": times, "action": action})


#: What an operation that is started ends with.
LOST: JSON = {"operation_failed": {"code": "InternalServerError", "message": "The fabric is torn."}}


def operator(*roles: tuple[str, float]) -> JSON:
    """An identity that was given these roles on the subscription, each so many seconds ago."""
    scope = f"/subscriptions/{SUBSCRIPTION}"
    given = [{"role": role, "scope": scope, "granted_days_ago": ago / 86400} for role, ago in roles]
    return {"principals": [{"object_id": "44444444-4444-4444-8444-444444444444", "roles": given}]}


#: Somebody who has long been able to read, and was given the rest a moment ago.
GIVEN_JUST_NOW = operator(("Reader", 30 * 86400), ("Owner", 0))


def forbid(cloud: Cloud, *actions: str) -> None:
    """Take actions away from every role of everybody."""
    authorization: Authorization = cloud.arm.service(Authorization)
    authorization.forbid(*actions)


def exactly(path: str) -> str:
    """A pattern for one path."""
    return f"^{re.escape(path)}$"


class Killed(BaseException):
    """The process that ran the sequence is no more; nothing in it may catch this."""


class Kill:
    """Ends a run right after its n-th write was processed, before the answer arrives. A dead run sends nothing more."""

    def __init__(self, cloud: Cloud, after_writes: int) -> None:
        self._cloud, self._after, self._seen = cloud, after_writes, 0
        self.dead = False
        self.last = ""

    def __enter__(self) -> Kill:
        self._cloud.arm.around.insert(0, self._around)
        return self

    def __exit__(self, *reason: object) -> None:
        self._cloud.arm.around.remove(self._around)

    def _around(self, request: t.Any, entry: JSON, proceed: t.Any) -> t.Any:
        if self.dead:
            self._cloud.arm.log.remove(entry)
            raise Killed
        answer = proceed(request, entry)
        if is_write(request.method, request.path) and not SIGN_IN.search(request.path):
            self._seen += 1
            if self._seen == self._after:
                self.dead, self.last = True, f"{request.method} {request.path}"
                entry["status"] = answer.status
                raise Killed
        return answer


def killed_again_and_again(cloud: Cloud, play: t.Callable[[], Played], most: int) -> tuple[Played, list[str]]:
    """Runs that are killed after one write each, until one has nothing left to write: that run, and the writes."""
    killed: list[str] = []
    while len(killed) < most:
        # Some of what was begun still runs when the next run finds it; what takes half an hour comes to its end as well.
        cloud.arm.clock.advance(20 + len(killed))
        with Kill(cloud, 1) as kill:
            try:
                return play(), killed
            except Killed:
                killed.append(kill.last)
    raise AssertionError(f"never came to an end: {killed}")


#: What can become of one request: refused for now, or its connection dropped before or after it was processed.
DISTURBANCES: dict[str, JSON] = {
    "throttled": {"status": 429, "code": "TooManyRequests", "retry_after": 3},
    "unavailable": {"status": 503, "code": "ServerTimeout"},
    "lost": {"drop": True},
    "unanswered": {"drop": True, "after": True},
}
