"""Whether a run kept its promise, as text."""

from __future__ import annotations

import typing as t

from . import outcomes
from .played import Played
from .scenario import Run

JSON = dict[str, t.Any]
#: A task that changed something: host, name, and item of its loop.
Key = tuple[str, str, str]


def judge(run: Run, played: Played, earlier: t.Sequence[Played], *, closes: bool) -> str:
    """What is broken about a run; empty when it kept its promise.

    ``earlier`` are the runs before it, the last check among them is what it is compared with; ``closes`` says whether its
    variables have public network access denied.
    """
    ended = _ended(run, played)
    if ended is not None:
        return ended
    predicted = next((one for one in reversed(earlier) if one.check), None)
    if played.check and played.writes:
        return f"check mode sent {played.writes} writes"
    return (
        _counted(played, predicted)
        or outcomes.wrong(run.outcome, played)
        or ("" if played.check else outcomes.untrue(played, earlier[-1] if earlier else None, closes=closes))
    )


def _ended(run: Run, played: Played) -> str | None:
    """The verdict on a run that failed or was refused, or should have been; None when it ended as any other."""
    if run.expect not in ("refused", "failed"):
        return ("it was refused" if played.refused else "it failed; see its log") if played.failed else None
    if run.expect == "refused" and not played.refused:
        return "it should have been refused" + (f", but failed after {played.writes} writes" if played.failed else "")
    if not played.failed:
        return "it should have failed"
    said = [played.failure, *(str(gate.get("message")) for gate in played.gathered("gates"))]
    if run.says and not any(run.says in text for text in said):
        return f"it should have said {run.says!r}"
    return outcomes.wrong(run.outcome, played)


def _counted(played: Played, predicted: Played | None) -> str:
    expect = played.expect
    if expect == "unchanged_unless_records":
        modes = {(report.get("subject") or {}).get("dns_mode") for report in played.handed.values()}
        expect = "changed" if "records" in modes else "unchanged"
    if expect == "changed" and not played.changed:
        return "it should have changed something"
    if expect == "unchanged" and (played.changed or played.writes):
        return f"it should have changed nothing, but {words(played.changes)}"
    if expect == "predicted" and not played.changed:
        return "it should have predicted a change"
    if expect == "if_predicted" and predicted is not None:
        # What Azure makes up, and what a run finds only where an earlier step of it has been, is in no prediction.
        return compare(predicted, played, differences=False, several=len(played.handed) > 1)
    if expect == "as_predicted":
        return compare(predicted, played)
    return ""


def compare(predicted: Played | None, done: Played, *, differences: bool = True, several: bool = False) -> str:
    """Compare a check with the run after it: the same tasks changed, with the same ``differences``.

    Each of ``several`` vaults is checked for itself. What they share is made by one of them where each foresaw it; and what
    only the others still used is gone when all were torn down, so more is done than foreseen.
    """
    if predicted is None:
        return "there was no check to compare it with"
    foreseen, happened = _keyed(predicted.changes), _keyed(done.changes)
    only_foreseen, only_happened = sorted(set(foreseen) - set(happened)), sorted(set(happened) - set(foreseen))
    if several:
        only_foreseen = [key for key in only_foreseen if not _by_others(key, foreseen[key], happened)]
        only_happened = []
    if only_foreseen or only_happened:
        return f"check and run differ: only predicted {only_foreseen}, only done {only_happened}"
    other = [key for key in foreseen if differences and foreseen[key] != happened[key]]
    return f"the difference was not as predicted: {other}" if other else ""


def _by_others(key: Key, difference: t.Any, happened: t.Mapping[Key, t.Any]) -> bool:
    """Whether all resources of a foreseen change were changed by the same task on another host."""
    others = [_resources(diff) for (host, *task), diff in happened.items() if host != key[0] and task == [*key[1:]]]
    wanted = _resources(difference)
    return bool(wanted) and wanted <= set[str]().union(*others)


def _resources(difference: t.Any) -> set[str]:
    """The ids in the headers of a difference."""
    rows = difference if isinstance(difference, list) else [difference]
    headers = (str(row.get("before_header")) for row in rows if isinstance(row, dict))
    return {header for header in headers if header.startswith("/")}


def words(changes: t.Iterable[JSON]) -> str:
    """The changed tasks as text."""
    return ", ".join(
        f"{change['task']}{' (' + str(change['item']) + ')' if change['item'] else ''}" for change in changes
    )


def _keyed(changes: t.Iterable[JSON]) -> dict[Key, t.Any]:
    return {(str(one["host"]), str(one["task"]), str(one["item"])): one["diff"] for one in changes}
