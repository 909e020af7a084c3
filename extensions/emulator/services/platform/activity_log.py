"""Microsoft.Insights activity log: who wrote what in the last 90 days.

Source: Microsoft Learn "Activity Logs - List" (api-version 2015-04-01: ``$filter`` with ``eventTimestamp``,
``resourceGroupName``, ``resourceUri``; ``$select``) and "Azure activity log event schema".
"""

from __future__ import annotations

import re
import typing as t
import uuid
from datetime import UTC, datetime
from urllib.parse import urlencode

from ... import odata, permission, report
from ...arm import Arm, Call, Proceed, Route
from ...operations import Operation
from ...store import type_of
from ...wire import JSON, ArmError, Request, Response

_DAYS = 90
_PAGE = 200
_ROUTE = "/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
_GROUP = re.compile(r"/resourceGroups/([^/]+)", re.IGNORECASE)
# Refused before Azure knows who asks, or what about: nothing is logged.
_NOT_LOGGED = (401, 405)


class ActivityLog:
    """Every write of a run, and whatever the world says happened before it."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._events: list[JSON] = []
        self._started: list[tuple[Operation, JSON]] = []
        arm.around.append(self._watch)

    def routes(self) -> t.Iterable[Route]:
        """The one list there is."""
        action = "Microsoft.Insights/eventtypes/values/Read"
        return (Route("GET", _ROUTE, self._list, action=action),)

    def load(self, world: JSON) -> None:
        """Nothing to make: services record their own history."""

    def record(
        self, resource_id: str, operation_name: str, status: str, when: float, caller: str = "", http_status: str = ""
    ) -> JSON:
        """Add an event at an emulated moment. ``status`` is Started, Accepted, Succeeded or Failed."""
        group = _GROUP.search(resource_id)
        number = len(self._events) + 1
        moment = self._arm.clock.iso(when)
        # Not drawn from the run's own chance: what is only logged must not change the ids of resources.
        data_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{resource_id}#{number}"))
        kind = type_of(resource_id)
        event: JSON = {
            "id": f"{resource_id}/events/{data_id}/ticks/{int(when * 10_000_000)}",
            "eventDataId": data_id,
            "correlationId": data_id,
            "operationId": data_id,
            "authorization": {"action": operation_name, "scope": resource_id},
            "caller": caller,
            "channels": "Operation",
            "level": "Error" if status == "Failed" else "Informational",
            "category": _value("Administrative"),
            "eventName": _value("EndRequest"),
            "operationName": _value(operation_name),
            "status": _value(status),
            "subStatus": _value(http_status),
            "eventTimestamp": moment,
            "submissionTimestamp": moment,
            "resourceId": resource_id,
            "resourceGroupName": group.group(1) if group else "",
            "resourceProviderName": _value(kind.split("/")[0]),
            "resourceType": _value(kind),
            "subscriptionId": resource_id.strip("/").split("/")[1] if resource_id.lower().startswith("/sub") else "",
            "tenantId": self._arm.world["tenant_id"],
            "properties": {},
            "when": when,
        }
        self._events.append(event)
        return event

    def _watch(self, request: Request, entry: JSON, proceed: Proceed) -> Response:
        before = len(self._arm.operations.all())
        response = proceed(request, entry)
        if report.is_write(request.method, request.path) and response.status not in _NOT_LOGGED:
            self._record_request(request, entry, response, before)
        return response

    def _record_request(self, request: Request, entry: JSON, response: Response, before: int) -> None:
        resource_id = "/" + request.path.strip("/")
        name = permission.action_of(request.method, resource_id)
        started = self._arm.operations.all()[before:]
        status = "Failed" if response.status >= 400 else "Accepted" if started else "Succeeded"
        now, caller = self._arm.clock.now(), entry.get("caller") or ""
        event = self.record(resource_id, name, status, now, caller, str(response.status))
        self._started += [(operation, event) for operation in started]

    def _finish(self) -> None:
        """Add the end of every operation that has ended since it was last looked at."""
        for operation, event in [pair for pair in self._started if pair[0].finished is not None]:
            self._started.remove((operation, event))
            name, when = event["operationName"]["value"], operation.finished
            ended = self.record(event["resourceId"], name, operation.status, when or 0.0, event["caller"])
            ended["correlationId"] = event["correlationId"]
            if operation.error is not None:
                ended["properties"] = {"statusMessage": operation.error}

    def _list(self, call: Call) -> Response:
        self._finish()
        condition = call.request.query.get("$filter", "")
        start, end = _moments(condition)
        start = max(start, self._arm.clock.now() - _DAYS * 86400)
        within = [one for one in self._events if start <= one["when"] <= end]
        found = sorted((one for one in within if self._fits(call, one, condition)), key=lambda one: one["when"])
        found.reverse()
        first = int(call.request.query.get("$skiptoken", 0))
        document: JSON = {"value": [_shown(one, call) for one in found[first : first + _PAGE]]}
        if len(found) > first + _PAGE:
            query = {**call.request.query, "$skiptoken": str(first + _PAGE)}
            document["nextLink"] = f"{call.request.base_url}{call.id}?{urlencode(query)}"
        return Response(200, document)

    def _fits(self, call: Call, event: JSON, condition: str) -> bool:
        group, resource = odata.equal(condition, "resourceGroupName"), odata.equal(condition, "resourceUri")
        return (
            event["subscriptionId"].lower() == call["subscription"].lower()
            and (group is None or event["resourceGroupName"].lower() == group.lower())
            and (resource is None or permission.within(event["resourceId"], resource))
        )


def _value(text: str) -> JSON:
    return {"value": text, "localizedValue": text}


def _shown(event: JSON, call: Call) -> JSON:
    names = [name for name in call.request.query.get("$select", "").split(",") if name]
    return {name: value for name, value in event.items() if name != "when" and (not names or name in names)}


def _moments(condition: str) -> tuple[float, float]:
    """Start and end of a ``$filter``. The start is required."""
    start, end = None, float("inf")
    for one in odata.comparisons(condition):
        if one.name != "eventtimestamp":
            continue
        try:
            moment = datetime.fromisoformat(one.value)
        except ValueError:
            raise ArmError(400, "BadRequest", f"'{one.value}' is not a valid date and time.") from None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        if one.operator in ("ge", "gt"):
            start = seconds
        else:
            end = seconds
    if start is None:
        raise ArmError(400, "BadRequest", "The $filter must contain a start: eventTimestamp ge '<date and time>'.")
    return start, end
