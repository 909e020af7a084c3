"""The ``dns_server_configuration`` module. It runs on the DNS server's own host and needs no package but Python's."""

from __future__ import annotations

import difflib
import os
import typing as t

from ..dns.host_names import Published, published
from ..dns.servers import probes
from ..dns.servers.held import refuse_shadowed
from ..dns.servers.kinds import KINDS, Kind
from ..dns.servers.layout import Place, refuse_foreign
from ..dns.servers.transaction import Transaction
from ..dns.servers.trial import refuse_broken, refuse_unacceptable, run
from ..dns.servers.wanted import Target, Wanted, make_targets, make_wanted, refuse_unreachable_resolver
from ..engine.runner import Task
from ..errors import InputError, Refusal
from ..wire import JSON

#: How long a server may take to answer again, in seconds.
COMES_BACK = 15.0
#: Targets, and the names that the first of them should know.
Expected = list[tuple[t.Sequence[Target], list[Published]]]


def configure_dns_server(task: Task) -> JSON:
    """Serve the ``dns_server_configuration`` module."""
    options = task.options
    kind, place = KINDS[options["server"]], _place(options)
    present = options["state"] == "present"
    wanted = make_wanted(options) if present else Wanted()
    _refuse_impossible(options, wanted)
    names = _expected(options) if present else []
    kind.refuse(wanted, place)
    files = Transaction(place.journal, kind.files(wanted, place))
    refuse_foreign(place, files.after)
    changed = bool(files.changes or files.interrupted)
    for sentence in kind.warnings(wanted, place):
        task.warn(sentence)
    if changed:
        _refuse_harmful(task, kind, place, wanted, names, files)
    result = {
        "changed": changed,
        "diff": _differences(files),
        "files": sorted(path for path in files.after if files.after[path] is not None and path != place.main),
        "reloaded": False,
    }
    if changed and not task.check_mode:
        if place.directory and options["server"] == "resolved":
            os.makedirs(place.directory, mode=0o755, exist_ok=True)
        result["reloaded"] = _change(task, kind, wanted, files)
    return result


def _expected(options: t.Mapping[str, t.Any]) -> Expected:
    rows = options.get("views") or [options]
    return [(make_targets(row.get("targets") or []), published(row.get("names") or [], "names")) for row in rows]


def _place(options: t.Mapping[str, t.Any]) -> Place:
    usual = KINDS[options["server"]].place
    main = os.path.realpath(options.get("main_file") or usual.main)
    include = usual.include if usual.include != "auto" else options["include"]
    place = Place(main, os.path.normpath(options.get("directory") or usual.directory), include)
    if options["server"] != "resolved":
        for path, option in ((place.main, "main_file"), (place.directory, "directory")):
            if not os.path.exists(path):
                raise InputError(
                    f"{path} does not exist on this host: {options['server']} is not installed, or its configuration is elsewhere.",
                    remedy=f"Install the server, or name the place in {option}.",
                )
    return place


def _refuse_impossible(options: t.Mapping[str, t.Any], wanted: Wanted) -> None:
    server = options["server"]
    if server == "hosts" and wanted.zones:
        raise InputError("forward_zones: a hosts file forwards nothing; give it answers, for tests only.")
    if server == "resolved" and wanted.answers:
        raise InputError(
            "answers: systemd-resolved has no names of its own; use forward_zones, or server hosts for tests."
        )
    if server != "bind" and wanted.views:
        raise InputError(
            f"views: {server} has none; give each server the endpoints of its site (role variable dns_servers_endpoints)."
        )
    refuse_unreachable_resolver(wanted.every_target, inside_virtual_network=options["inside_virtual_network"])
    probes.refuse_own_address(wanted.every_target, options["port"])


def _refuse_harmful(task: Task, kind: Kind, place: Place, wanted: Wanted, names: Expected, files: Transaction) -> None:
    """Everything that is looked at before the first write. Raises :class:`Refusal` or :class:`InputError`."""
    files.refuse_read_only()
    if not files.interrupted:
        refuse_broken(kind.checks(Wanted(), place, str), place.main)
    for sentence in refuse_shadowed(wanted, kind.held(place)):
        task.warn(sentence)
    if kind.checks(wanted, place, str):
        copied = [place.main, place.directory, *files.after]
        refuse_unacceptable(files.after, copied, lambda way: kind.checks(wanted, place, way))
    if task.options["check_targets"]:
        for sentence in probes.refuse_silent(wanted, probes.silences(wanted)):
            task.warn(sentence)
        for targets, expected in names:
            for sentence in probes.unexpected_answers(targets, expected):
                task.warn(sentence)


def _change(task: Task, kind: Kind, wanted: Wanted, files: Transaction) -> bool:
    """Write, and have the server load it; whether it had to. Raises :class:`Refusal` with everything as it was."""
    address, port = task.options["address"], task.options["port"]
    control = tuple(task.options.get("control_command") or kind.control)
    answered = bool(control) and probes.answers(address, port)
    before = {(one.target, one.zone) for one in probes.silences(wanted)} if task.options["check_targets"] else set()
    zones = _zones_of(kind, files)
    files.write()
    if not control:
        files.confirm()
        return False
    task.context.progress(f"reloading: {' '.join([*control, *kind.reload])}")
    reloaded = run([*control, *kind.reload])
    if reloaded.code:
        _go_back(files, [*control, *kind.reload], f"The server did not load the new configuration: {reloaded.words}.")
    if answered and not probes.answers(address, port, COMES_BACK):
        _go_back(
            files,
            [*control, *kind.reload],
            f"The server does not answer at {address} port {port} with the new configuration.",
        )
    if task.options["check_targets"]:
        worse = _silenced(wanted, before)
        if worse:
            _go_back(
                files,
                [*control, *kind.reload],
                f"{'; '.join(one.words for one in worse)}, and did not before this server forwarded to it: it asks this server back, a "
                "forwarding loop.",
            )
    for zone in sorted({*zones, *wanted.every_zone}) if kind.flush else []:
        flushed = run([*control, *kind.flush, zone])
        if flushed.code:
            task.warn(
                f"The cache of {zone} was not emptied ({flushed.words}); old answers stay until their time to live ends."
            )
    files.confirm()
    return True


def _silenced(wanted: Wanted, before: set[t.Any]) -> list[probes.Silence]:
    """The targets that answered before and do not any more; asked twice, as one packet may be lost."""
    for _attempt in range(2):
        worse = [one for one in probes.silences(wanted) if (one.target, one.zone) not in before]
        if not worse:
            return []
    return worse


def _go_back(files: Transaction, command: list[str], why: str) -> t.NoReturn:
    try:
        files.restore()
    except OSError as error:
        raise Refusal(
            f"{why} The files could not be put back: {error.filename}: {error.strerror or error}.",
            remedy=f"What they were is in {files.journal}. Put them back by hand, then: {' '.join(command)}.",
        ) from error
    again = run(command)
    if again.code:
        raise Refusal(
            f"{why} Every file is as it was; loading that again failed as well: {again.words}.",
            remedy=f"See whether the server runs, then: {' '.join(command)}.",
        )
    files.confirm()
    raise Refusal(
        f"{why} Every file is as it was and was loaded again, so the server answers what it answered.",
        remedy="Correct what is named here, and run again.",
    )


def _zones_of(kind: Kind, files: Transaction) -> list[str]:
    """The zones that our own files gave the server until now."""
    texts = [content.decode("utf-8", "replace") for path, content in files.before.items() if content and _ours(path)]
    return [zone.rstrip(".").lower() for text in texts for zone, _kind, _answers in kind.zones(text)]


def _ours(path: str) -> bool:
    return os.path.basename(path).startswith("privatelink-recovery")


def _differences(files: Transaction) -> list[JSON]:
    """What changes in each file. Of the operator's files only the lines that do: others may hold keys."""
    found: list[JSON] = []
    for path in files.changes:
        before, after = (_text(contents[path]) for contents in (files.before, files.after))
        if not _ours(path):
            lines = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
            before = "".join(line[2:] for line in lines if line.startswith("- "))
            after = "".join(line[2:] for line in lines if line.startswith("+ "))
        found.append({"before_header": path, "after_header": path, "before": before, "after": after})
    if not found and files.interrupted:
        header = f"{files.journal}: an earlier run was interrupted"
        found.append({"before_header": header, "after_header": header, "before": "not loaded\n", "after": "loaded\n"})
    return found


def _text(content: bytes | None) -> str:
    return "" if content is None else content.decode("utf-8", "replace")
