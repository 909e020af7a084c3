"""Whether a run kept its promise, in words."""

from __future__ import annotations

import typing as t

from .playing import Played

JSON = dict[str, t.Any]


def judge(played: Played, predicted: Played | None) -> str:
    """What is broken about a run; empty when it kept its promise."""
    dns_mode = (played.handed.get("subject") or {}).get("dns_mode")
    if played.failed:
        return "it failed; see its log"
    if played.check and played.writes:
        return f"check mode sent {played.writes} writes"
    expect = played.expect
    if expect == "unchanged_unless_records":
        expect = "changed" if dns_mode == "records" else "unchanged"
    if expect == "changed" and not played.changed:
        return "it should have changed something"
    if expect == "unchanged" and (played.changed or played.writes):
        return f"it should have changed nothing, but {words(played.changes)}"
    if expect == "predicted" and not played.changed:
        return "it should have predicted a change"
    if expect == "if_predicted" and predicted is not None and bool(predicted.changed) != bool(played.changed):
        return f"its check predicted {predicted.changed} changes, and {played.changed} happened"
    if expect == "as_predicted":
        return compare(predicted, played)
    return ""


def compare(predicted: Played | None, done: Played) -> str:
    """Compare a check with the run after it: the same tasks changed, with the same differences."""
    if predicted is None:
        return "there was no check to compare it with"
    foreseen, happened = _keyed(predicted.changes), _keyed(done.changes)
    only_foreseen, only_happened = sorted(set(foreseen) - set(happened)), sorted(set(happened) - set(foreseen))
    if only_foreseen or only_happened:
        return f"check and run differ: only predicted {only_foreseen}, only done {only_happened}"
    other = [key for key in foreseen if foreseen[key] != happened[key]]
    return f"the difference was not as predicted: {other}" if other else ""


def words(changes: t.Iterable[JSON]) -> str:
    """The changed tasks in words."""
    return ", ".join(
        f"{change['task']}{' (' + str(change['item']) + ')' if change['item'] else ''}" for change in changes
    )


def _keyed(changes: t.Iterable[JSON]) -> dict[tuple[str, str], t.Any]:
    return {(str(change["task"]), str(change["item"])): change["diff"] for change in changes}
