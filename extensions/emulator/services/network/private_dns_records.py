"""Record sets of private DNS zones: written at once, without a long operation.

Source: azure-cli recordings ``test_CrudRecordSet_ARecord.yaml``, ``test_PutRecordSet_ZoneNotExists.yaml`` and
``test_PutRecordSet_IfNoneMatchFailure.yaml`` of the privatedns command module.
"""

from __future__ import annotations

import functools
import ipaddress
import typing as t
from urllib.parse import quote, urlencode

from ...arm import Arm, Call, Route
from ...store import Resource, type_of
from ...wire import JSON, ArmError, Response, fold, parent_not_found
from . import private_dns_operations as operations
from .private_dns_operations import ZONE, ZONE_PATH
from .settings import setting

#: Record types and the property that holds their data.
DATA = {
    "A": "aRecords",
    "AAAA": "aaaaRecords",
    "CNAME": "cnameRecord",
    "MX": "mxRecords",
    "PTR": "ptrRecords",
    "SOA": "soaRecord",
    "SRV": "srvRecords",
    "TXT": "txtRecords",
}
_LONGEST_TIME_TO_LIVE = 2**31 - 1


class Records:
    """The record sets, for clients and for the zone groups of private endpoints."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def routes(self) -> list[Route]:
        """Lists by type and of all types; GET, PUT, PATCH, DELETE of one set."""
        routes = [Route("GET", ZONE_PATH + "/ALL", functools.partial(self._list, kind=""))]
        for kind in DATA:
            path = f"{ZONE_PATH}/{kind}"
            routes += [
                Route("GET", path, functools.partial(self._list, kind=kind)),
                Route("GET", path + "/{name}", functools.partial(self._get, kind=kind)),
                Route("PUT", path + "/{name}", functools.partial(self._put, kind=kind)),
                Route("PATCH", path + "/{name}", functools.partial(self._patch, kind=kind)),
                Route("DELETE", path + "/{name}", functools.partial(self._delete, kind=kind)),
            ]
        return routes

    def publish(self, zone_id: str, name: str, addresses: t.Sequence[str], time_to_live: int, metadata: JSON) -> None:
        """Write an A record set over whatever is there. A zone that is gone is passed over."""
        zone = self._arm.store.find(zone_id)
        if zone is not None:
            records = [{"ipv4Address": address} for address in addresses]
            self._store(zone, "A", name, {"ttl": time_to_live, "aRecords": records, "metadata": dict(metadata)})

    def withdraw(self, zone_id: str, name: str) -> None:
        """Remove an A record set, whoever wrote it. One that is gone is passed over."""
        zone = self._arm.store.find(zone_id)
        if zone is not None:
            self._remove(zone, f"{zone.id}/A/{name}")

    def _store(self, zone: Resource, kind: str, name: str, sent: JSON) -> Resource:
        record_id = f"{zone.id}/{kind}/{name}"
        current = self._arm.store.find(record_id)
        fqdn = f"{zone.name}." if name == "@" else f"{name}.{zone.name}."
        properties: JSON = {"metadata": sent["metadata"]} if sent.get("metadata") else {}
        properties |= {"fqdn": fqdn, "ttl": sent["ttl"]}
        if DATA[kind].endswith("s") or DATA[kind] in sent:
            properties[DATA[kind]] = sent.get(DATA[kind]) or []
        if kind == "SOA" and current is not None and properties.get("soaRecord"):
            # Azure counts itself (test_PatchRecordSet_SoaRecord_ExpectRecordSetUpdated).
            serial = current.properties["soaRecord"]["serialNumber"]
            properties["soaRecord"] = {**properties["soaRecord"], "serialNumber": serial}
        properties["isAutoRegistered"] = False
        stored_id = current.id if current else record_id
        document: JSON = {
            "id": stored_id,
            "name": stored_id.rsplit("/", 1)[-1],
            "type": f"{ZONE}/{kind}",
            "etag": self._arm.guid(),
            "properties": properties,
        }
        if current is None:
            zone.properties["numberOfRecordSets"] += 1
        return self._arm.store.put(Resource(stored_id, document))

    def _remove(self, zone: Resource, record_id: str) -> bool:
        if self._arm.store.find(record_id) is None:
            return False
        self._arm.store.remove(record_id)
        zone.properties["numberOfRecordSets"] -= 1
        return True

    def _zone(self, call: Call, kind: str, action: str) -> Resource:
        zone_id = "/".join(call.id.split("/")[:9])
        zone = self._arm.store.find(zone_id)
        if zone is None:
            raise parent_not_found(f"privateDnsZones/{kind}", zone_id, action)
        return zone

    def _get(self, call: Call, kind: str) -> Response:
        zone = self._zone(call, kind, "read")
        record = self._arm.store.find(f"{zone.id}/{kind}/{call['name']}")
        if record is None:
            raise _missing(call)
        return operations.shown(record)

    def _put(self, call: Call, kind: str) -> Response:
        zone = self._zone(call, kind, "write")
        current = self._arm.store.find(f"{zone.id}/{kind}/{call['name']}")
        _check_preconditions(call, current, call["name"])
        sent = call.body.get("properties") or {}
        self._check(zone, kind, call["name"], sent)
        return operations.shown(self._store(zone, kind, call["name"], sent), 201 if current is None else 200)

    def _patch(self, call: Call, kind: str) -> Response:
        zone = self._zone(call, kind, "write")
        current = self._arm.store.find(f"{zone.id}/{kind}/{call['name']}")
        if current is None:
            raise _missing(call)
        _check_preconditions(call, current, current.name)
        sent = {**current.properties, **(call.body.get("properties") or {})}
        self._check(zone, kind, current.name, sent)
        return operations.shown(self._store(zone, kind, current.name, sent))

    def _delete(self, call: Call, kind: str) -> Response:
        zone = self._zone(call, kind, "delete")
        current = self._arm.store.find(f"{zone.id}/{kind}/{call['name']}")
        _check_preconditions(call, current, call["name"])
        if kind == "SOA":
            raise operations.bad_request("The SOA record set of a zone cannot be deleted.")
        return Response(200 if self._remove(zone, f"{zone.id}/{kind}/{call['name']}") else 204)

    def _check(self, zone: Resource, kind: str, name: str, sent: JSON) -> None:
        """Refuse data that is no record set; the wording is unverified."""
        time_to_live = sent.get("ttl")
        if not isinstance(time_to_live, int) or not 0 <= time_to_live <= _LONGEST_TIME_TO_LIVE:
            raise operations.bad_request(
                f"The TTL of record set '{name}' must be a number from 0 to {_LONGEST_TIME_TO_LIVE}."
            )
        for record in (sent.get("aRecords") or []) if kind == "A" else []:
            try:
                ipaddress.IPv4Address(record["ipv4Address"])
            except (KeyError, TypeError, ValueError):
                raise operations.bad_request(f"Record set '{name}' has an invalid IPv4 address.") from None
        others = [other for other in DATA if (other == "CNAME") != (kind == "CNAME")]
        if name != "@" and any(self._arm.store.find(f"{zone.id}/{other}/{name}") for other in others):
            raise operations.bad_request(f"A CNAME record set cannot share the name '{name}' with another record set.")

    def _list(self, call: Call, kind: str) -> Response:
        """Sorted as created; ``nextLink`` leads on after ``$top`` or the world's ``record_page_size`` record sets."""
        zone = self._zone(call, kind or "ALL", "read")
        query = {name.lower(): value for name, value in call.request.query.items()}
        wanted = [
            record
            for record in self._arm.store.below(zone.id)
            if _is_record(record, kind) and record.name.lower().endswith(query.get("$recordsetnamesuffix", "").lower())
        ]
        size = int(setting(self._arm, "record_page_size"))
        start, size = _number(query, "$skiptoken", 0), min(size, _number(query, "$top", size))
        document: JSON = {"value": [record.document for record in wanted[start : start + size]]}
        if start + size < len(wanted):
            onward = {**call.request.query, "$skiptoken": str(start + size)}
            document["nextLink"] = f"{call.request.base_url}{quote(call.request.path)}?{urlencode(onward, safe='$')}"
        return Response(200, document)


def _missing(call: Call) -> ArmError:
    """404 for a record set, from the provider itself: azure-cli ``test_add_record_when_record_set_is_empty.yaml``."""
    return ArmError(
        404,
        "NotFound",
        f"The resource record '{call['name']}' does not exist in resource group '{call['group']}' of subscription "
        f"'{call['subscription']}'.",
        wrapped=False,
    )


def _number(query: t.Mapping[str, str], name: str, default: int) -> int:
    """A number of the query. The refusal's code and words are unverified."""
    text = query.get(name, str(default))
    if not text.isdecimal() or (name == "$top" and not int(text)):
        raise operations.bad_request(f"The value '{text}' of {name} is not valid.")
    return int(text)


def _check_preconditions(call: Call, current: Resource | None, name: str) -> None:
    """Refuse (412) what is not met, at once and without the usual ``error`` around it."""
    error = operations.unmet(call, current, operations.Messages.of(f"Record set {name}"))
    if error is not None:
        raise ArmError(412, error["code"], error["message"], wrapped=False)


def _is_record(resource: Resource, kind: str) -> bool:
    own = type_of(resource.id)
    return own in {f"{fold(ZONE)[1:]}/{name.lower()}" for name in ([kind] if kind else DATA)}
