"""BIND 9: the files that have it forward and answer, with and without views, and the places that include them."""

from __future__ import annotations

import typing as t

from ...errors import Refusal
from . import held, texts
from .bind_views import read_configuration
from .blocks import with_block, with_lines_at, with_option_line, without_option_line
from .layout import OURS, Place, is_ours, text_of, with_include, with_leftovers
from .transaction import Contents
from .wanted import Wanted

Texts = dict[str, str]


def files(wanted: Wanted, place: Place) -> Contents:
    """Every file of ours, and the operator's with the lines that include them."""
    known = held.reachable(place.main, held.bind_includes, text_of)
    theirs = {path: text for path, text in known.items() if not is_ours(path, text)}
    bare = {path: without_option_line(text) for path, text in theirs.items()}
    if place.main in bare:
        bare[place.main] = with_block(bare[place.main], "//", [])
    ours = _zone_files(wanted, place)
    if wanted.views:
        exceptions = read_configuration(place.main, _theirs).exceptions
        for part in wanted.views:
            ours[_view_file(place, part.view)] = texts.bind_view(part, _zone_path(place, part.view), exceptions)
        edited = _with_views(wanted, place, bare)
    else:
        if wanted.zones:
            ours[place.ours(f"{OURS}.options")] = texts.bind_options(wanted)
        if wanted:
            ours[place.ours(f"{OURS}.conf")] = texts.bind_zones(wanted, _zone_path(place, ""))
        edited = _with_includes(wanted, place, theirs, bare)
    changed: dict[str, str | None] = {path: text for path, text in edited.items() if text != theirs[path]}
    return with_leftovers(place, ours, {place.main: edited.get(place.main), **changed})


def checks(wanted: Wanted, place: Place, way: t.Callable[[str], str]) -> list[tuple[str, ...]]:
    """The commands that judge a configuration, led to a copy of it by ``way``."""
    zones = [
        ("named-checkzone", "-k", "ignore", answer.name, way(_zone_path(place, part.view)(answer.name)))
        for part in wanted.parts
        for answer in part.answers
    ]
    return [("named-checkconf", way(place.main)), *zones]


def own_zones(place: Place) -> list[held.Held]:
    """The zones of the operator's own files, each with its view."""
    found = read_configuration(place.main, _theirs)
    return found.zones


def refuse(wanted: Wanted, place: Place) -> None:
    """Raise :class:`Refusal` where the views that are wanted and those that there are do not go together."""
    there = list(read_configuration(place.main, _theirs).views)
    missing = [part.view for part in wanted.views if part.view not in there]
    if missing:
        raise Refusal(
            f"This server has no view {', '.join(missing)}; its views: {', '.join(there) or 'none'}. Nothing was written.",
            remedy="Write the view, with its match-clients, into your own configuration, or correct the name in views "
            "(role variable dns_servers_views).",
        )
    if wanted and not wanted.views and there and place.include != "never":
        raise Refusal(
            f"This server has the views {', '.join(there)}, and BIND takes no zone outside of them. Nothing was written.",
            remedy="Name in views (role variable dns_servers_views) the endpoints that each view answers for.",
        )


def warnings(wanted: Wanted, place: Place) -> list[str]:
    """What the operator has still to include."""
    if not wanted.views or place.include != "never":
        return []
    there = read_configuration(place.main, text_of).views
    reported = []
    for part in wanted.views:
        path, view = _view_file(place, part.view), there[part.view]
        if path not in view.read:
            reported.append(
                f"The view {part.view} in {view.file} does not include {path}, and so answers as before: write "
                f'include "{path}"; into it and run again, or leave include at auto (role variable dns_servers_include).'
            )
    return reported


def _theirs(path: str) -> str | None:
    text = text_of(path)
    return None if is_ours(path, text) else text


def _view_file(place: Place, view: str) -> str:
    return place.ours(f"{OURS}.view-{view}.conf")


def _zone_path(place: Place, view: str) -> t.Callable[[str], str]:
    return lambda name: place.ours(texts.zone_file_name(name, view))


def _zone_files(wanted: Wanted, place: Place) -> Texts:
    found: Texts = {}
    for part in wanted.parts:
        for answer in part.answers:
            path = _zone_path(place, part.view)(answer.name)
            found[path] = texts.bind_zone(answer, wanted.time_to_live, text_of(path))
    return found


def _with_views(wanted: Wanted, place: Place, bare: Texts) -> Texts:
    """The operator's files with a line at the end of each view that has ours read; views that read it already stay."""
    if place.include == "never":
        return bare
    there = read_configuration(place.main, lambda path: bare.get(path, text_of(path))).views
    lines: dict[str, list[tuple[int, str]]] = {}
    for part in wanted.views:
        path, view = _view_file(place, part.view), there.get(part.view)
        if view is not None and path not in view.read and not _names(path, view.read, bare):
            lines.setdefault(view.file, []).append((view.end, f'include "{path}";'))
    return {path: with_lines_at(text, lines.get(path, [])) for path, text in bare.items()}


def _names(path: str, read: t.Iterable[str], bare: Texts) -> bool:
    """Whether one of these files includes a path, which need not be there yet."""
    return any(path in held.bind_includes(bare.get(one, "")) for one in read)


def _with_includes(wanted: Wanted, place: Place, theirs: Texts, bare: Texts) -> Texts:
    """The operator's files with the lines that have ours read outside of views."""
    conf, options = place.ours(f"{OURS}.conf"), place.ours(f"{OURS}.options")
    edited = dict(bare)
    main = with_include(
        place, "//", f'include "{conf}";', lambda text: conf in held.bind_includes(text), wanted=bool(wanted)
    )
    if main is not None:
        edited[place.main] = without_option_line(main)
    if not wanted.zones or place.include == "never":
        return edited
    if any(options in held.bind_includes(text) for text in bare.values()):
        return edited
    line = f'include "{options}";'
    target = next((path for path, text in bare.items() if with_option_line(text, line)), "")
    if target:
        edited[target] = with_option_line(edited[target], line) or edited[target]
    elif main is not None:
        lines = [f"options {{ {line} }};", *([f'include "{conf}";'] if f'"{conf}"' in main else [])]
        edited[place.main] = with_block(theirs[place.main], "//", lines)
    return edited
