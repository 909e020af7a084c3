"""``make conformance-azure``: what a real Azure answers otherwise than the local one, as Markdown for an issue."""

from __future__ import annotations

import os
import sys
import time
import typing as t

from .playing import Played, play, services, stories
from .settings import HELP, Incomplete, Settings, read
from .sides import RemoteAzure, Side, Unreachable


def main(
    variables: t.Mapping[str, str] | None = None,
    wait: t.Callable[[float], None] = time.sleep,
    out: t.TextIO = sys.stdout,
) -> int:
    """Returns 0 when both answer alike, 1 for differences or something left behind, 2 when Azure was not or could not be asked."""
    try:
        settings = read(os.environ if variables is None else variables, services())
        azure = RemoteAzure(settings, wait)
        _refuse_used_group(azure, settings)
        played = []
        for service in settings.services:
            for story in stories(service):
                played.append(play(service, story, azure, settings))
                print(f"   {service}: {played[-1].source}", file=sys.stderr, flush=True)
    except Incomplete as error:
        print(f"{error}\n\n{HELP}", file=out)
        return 2
    except Unreachable as error:
        print(error, file=out)
        return 2
    print(report(settings, played), file=out)
    return int(any(one.differences or one.left for one in played))


def _refuse_used_group(azure: Side, settings: Settings) -> None:
    """Nothing is sent but two reads unless the group is there and empty. Raises :class:`Unreachable`."""
    group = azure.ask("GET", settings.scope, "2022-09-01")
    if group.status != 200:
        raise Unreachable(f"The resource group '{settings.group}' cannot be read: {group.status} {group.code}".rstrip())
    listed = azure.ask("GET", f"{settings.scope}/resources", "2022-09-01")
    found = (listed.document or {}).get("value") if isinstance(listed.document, dict) else None
    if listed.status != 200 or found is None:
        raise Unreachable(f"What is in '{settings.group}' cannot be listed: {listed.status} {listed.code}".rstrip())
    if found:
        raise Unreachable(
            f"The resource group '{settings.group}' is not empty ({len(found)} resources). Name an empty one."
        )


def report(settings: Settings, played: t.Sequence[Played]) -> str:
    """The list for an issue: no ids, no names but those of the stories."""
    asked, differing = sum(one.asked for one in played), [one for one in played if one.differences]
    lines = [
        f"### Azure ({settings.endpoint}) and the local Azure",
        "",
        f"{asked} requests of {sum(not one.skipped for one in played)} stories; {len(differing)} stories differ.",
        "",
        "| service | story | request | difference |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.service} | {one.source} | {request} | {_cell(line)} |"
        for one in differing
        for request, line in one.differences
    ]
    lines += ["", *(f"- Not played: {one.source}: {one.skipped}" for one in played if one.skipped)]
    lines += [f"- **Left behind by {one.source}**: {', '.join(one.left)}" for one in played if one.left]
    return "\n".join(lines).rstrip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
