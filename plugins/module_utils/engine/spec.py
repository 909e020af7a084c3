"""One row per option: how the user writes it, where it stands in the wire JSON and when two values are the same."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass, field

from ..ids import fold_id, region
from ..wire import JSON, get_path, set_path

Fold = t.Callable[[t.Any], t.Any]


def plain(value: t.Any) -> t.Any:
    """Values are the same when they are equal."""
    return value


def caseless(value: t.Any) -> t.Any:
    """Azure folds the case of this value."""
    return value.lower() if isinstance(value, str) else value


def an_id(value: t.Any) -> t.Any:
    """Ids are compared without regard to case."""
    return fold_id(value)


def a_region(value: t.Any) -> t.Any:
    """``West Europe`` and ``westeurope`` are the same region."""
    return region(value)


def a_set(value: t.Any) -> t.Any:
    """Order does not matter, nor case."""
    return sorted({str(item).lower() for item in value or []})


@dataclass(frozen=True)
class Option:
    """One option of a module.

    ``to`` is its dotted place in the wire JSON (empty: not sent as such). ``fold`` makes two spellings of the same value
    equal. ``immutable`` says a difference cannot be mended in place. ``least`` and ``most`` bound a number; ``judge``
    says in phrases what is wrong with a value. The rest is Ansible's argument specification.
    """

    type: str = "str"
    to: str = ""
    fold: Fold = plain
    immutable: bool = False
    secret: bool = False
    #: Its name looks like that of a secret, and it is none: ansible-test wants that said.
    no_secret: bool = False
    required: bool = False
    default: t.Any = None
    choices: t.Collection[str] = ()
    least: int | None = None
    most: int | None = None
    judge: t.Callable[[t.Any], list[str]] | None = None
    elements: str = ""
    options: t.Mapping[str, Option] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()

    def argument(self) -> JSON:
        """This row as Ansible's argument specification has it."""
        made: JSON = {"type": self.type}
        for key, value in (
            ("required", self.required),
            ("choices", list(self.choices)),
            ("elements", self.elements),
            ("options", {name: row.argument() for name, row in self.options.items()}),
            ("aliases", list(self.aliases)),
            ("no_log", self.secret),
        ):
            if value not in (None, False, "", [], {}):
                made[key] = value
        if self.no_secret:
            made["no_log"] = False
        if self.default is not None:
            # Ansible fills the sub-options of a default in place.
            made["default"] = copy.deepcopy(self.default)
        if self.environment:
            from ansible.module_utils.basic import env_fallback

            made["fallback"] = (env_fallback, list(self.environment))
        return made


Options = t.Mapping[str, Option]


def port(default: int | None = None) -> Option:
    """The row of a port."""
    return Option(type="int", default=default, least=1, most=65535)


def argument_spec(options: Options) -> JSON:
    """All rows as an argument specification."""
    return {name: row.argument() for name, row in options.items()}


def unacceptable(options: Options, values: t.Mapping[str, t.Any], path: str = "") -> list[str]:
    """A sentence for each value, those in sub-options included, that its row does not allow."""
    found = []
    for name, row in options.items():
        value = values.get(name)
        if row.type == "dict" and value is not None and not isinstance(value, dict):
            # ansible-core lets through what looks like a dictionary with a call in it: {'day': datetime.date(2026, 11, 25)}
            found.append(f"{path}{name} is not a dictionary.")
        elif row.options:
            for inner in value if isinstance(value, list) else [value] if value else []:
                found += unacceptable(row.options, inner, f"{path}{name}.")
        elif isinstance(value, int) and row.least is not None and value < row.least:
            found.append(f"{path}{name} must be at least {row.least}, got {value}.")
        elif isinstance(value, int) and row.most is not None and value > row.most:
            found.append(f"{path}{name} must be at most {row.most}, got {value}.")
        elif row.judge is not None and value is not None:
            found += [f"{path}{name} {wrong}." for wrong in row.judge(value)]
    return found


def desired(options: Options, values: t.Mapping[str, t.Any]) -> JSON:
    """The wire JSON of the options that were given (``None`` means: leave as it is).

    An immutable option that is an empty text was not given either: no resource has it empty, so it would differ for good.
    """
    body: JSON = {}
    for name, row in options.items():
        value = values.get(name)
        if row.to and value is not None and not (row.immutable and value == ""):
            set_path(body, row.to, value)
    return body


def differing(options: Options, current: JSON, wanted: JSON) -> list[str]:
    """Names of the options whose wanted value is not the current one. Options without a wanted value never differ."""
    found = []
    for name, row in options.items():
        value = get_path(wanted, row.to) if row.to else None
        if value is not None and row.fold(value) != row.fold(get_path(current, row.to)):
            found.append(name)
    return found


def modelled(options: Options, document: JSON | None) -> JSON:
    """The part of a document that the rows speak of: what ``--diff`` shows. Secret rows are masked."""
    view: JSON = {}
    for row in options.values():
        value = get_path(document, row.to) if row.to and document else None
        if value not in (None, {}, []):
            set_path(view, row.to, "VALUE HIDDEN" if row.secret else value)
    return view
