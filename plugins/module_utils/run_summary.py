"""From the raw results of a run's tasks to what its report says: changes, proven names, the verdict."""

from __future__ import annotations

import typing as t

from .wire import JSON


def changes_of(results: t.Iterable[t.Mapping[str, t.Any]]) -> list[JSON]:
    """One row for each result, loop items included, that changed something (or would, in check mode).

    ``results`` are ``{task, result}``; a skipped task's result counts for nothing.
    """
    rows: list[JSON] = []
    for entry in results:
        for result in flattened(entry.get("result")):
            if result.get("changed"):
                rows.append(
                    {
                        "task": entry.get("task"),
                        "resource": resource_of(result),
                        "changed": True,
                        "diff": "; ".join(summaries(result.get("diff"))),
                    }
                )
    return rows


def flattened(result: t.Any) -> t.Iterator[t.Mapping[str, t.Any]]:
    """A task's result, or those of its loop's items."""
    if not isinstance(result, dict) or result.get("skipped"):
        return
    if isinstance(result.get("results"), list):
        for item in result["results"]:
            yield from flattened(item)
    else:
        yield result


def resource_of(result: t.Mapping[str, t.Any]) -> str:
    """The id a result speaks of; of several, those that its diffs name."""
    if result.get("id"):
        return str(result["id"])
    diffs = result.get("diff")
    headers = (
        [str(diff.get("after_header") or "") for diff in diffs if isinstance(diff, dict)]
        if isinstance(diffs, list)
        else []
    )
    return ", ".join(header.removesuffix(" (after)") for header in headers if header)


def summaries(diff: t.Any) -> list[str]:
    """A diff, or a list of them, in words: what was made, removed or changed."""
    words = []
    for one in diff if isinstance(diff, list) else [diff]:
        if not isinstance(one, dict):
            continue
        before, after = leaves(one.get("before")), leaves(one.get("after"))
        if not before and after:
            words.append("created")
        elif before and not after:
            words.append("deleted")
        else:
            words += [
                f"{key}: {before.get(key, 'not set')} to {after.get(key, 'not set')}"
                for key in sorted({*before, *after})
                if before.get(key) != after.get(key)
            ]
    return words


def leaves(value: t.Any, path: str = "") -> dict[str, str]:
    """The innermost values of a document by dotted path."""
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for key, item in value.items():
            found.update(leaves(item, f"{path}.{key}" if path else str(key)))
        return found
    if isinstance(value, list):
        return {path: ", ".join(str(item) for item in value)} if value else {}
    return {path: str(value)} if value not in (None, "") else {}


def proven(names: t.Iterable[t.Mapping[str, t.Any]], resolutions: t.Iterable[t.Any]) -> list[JSON]:
    """The names with what consumers saw: ``resolved`` is None while nobody asked, ``answers`` what they were told."""
    seen: dict[tuple[str, tuple[str, ...]], list[t.Mapping[str, t.Any]]] = {}
    for result in resolutions:
        for one in flattened(result):
            for row in one.get("names") or []:
                seen.setdefault(key_of(row), []).append(row)
    rows = []
    for name in names:
        found = seen.get(key_of(name), [])
        shown: JSON = {
            **name,
            "resolved": all(item.get("resolved") for item in found) if found else name.get("resolved"),
        }
        if found:
            shown["answers"] = sorted({answer for item in found for answer in item.get("answers") or []})
        rows.append(shown)
    return rows


def key_of(row: t.Mapping[str, t.Any]) -> tuple[str, tuple[str, ...]]:
    """What makes two rows speak of the same name: FQDN and addresses."""
    return str(row.get("fqdn") or "").rstrip(".").lower(), tuple(sorted(row.get("ip_addresses") or []))


def verdict(changes: t.Sequence[JSON], *, check_mode: bool) -> str:
    """How a run that reached its end ended."""
    if check_mode:
        return "check"
    return "converged" if changes else "unchanged"
