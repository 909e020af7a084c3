"""A sequence as a table: what its endpoints lead to, what it needs, which gates and checks judge it, what a person does."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..azure.client import Azure
from ..resources.subnets import Need
from ..resources.targets import Target
from ..resources.vaults import read_vault
from ..wire import JSON
from .gate import Gate

#: A gate or check: what it finds in an ``Inspection``, one verdict for each subject.
Check = t.Callable[[t.Any], t.Iterable[Gate]]


class Find(t.Protocol):
    """Reads what the endpoints lead to, by its id; None when it does not exist."""

    def __call__(self, azure: Azure, resource_id: str, /) -> JSON | None: ...


#: Judges, by inspection and plan, whether the step that makes the target has nothing left to do.
Settled = t.Callable[[t.Any, t.Any], bool]
#: What becomes of the target, as the plan's page has it.
Outlook = t.Callable[[t.Any, t.Any], t.Any]
#: What is asked ahead: questions whose answers the inspection keeps.
Reads = t.Callable[[t.Any], t.Iterable[t.Callable[[], t.Any]]]


class Step(t.NamedTuple):
    """A part of what is asked ahead, and the parts that must be answered before it can be named."""

    part: Reads
    after: tuple[Reads, ...] = ()


class GateRow(t.NamedTuple):
    """A gate by its name. ``again``: it is asked once more right before an endpoint is created."""

    name: str
    check: Check
    again: bool = False


def with_own(common: tuple[GateRow, ...], **after: tuple[GateRow, ...]) -> tuple[GateRow, ...]:
    """Rows with those of one sequence between them, each behind the row of its name. Raises KeyError for a name that is none."""
    for name in after:
        if name not in {row.name for row in common}:
            raise KeyError(name)
    return tuple(one for row in common for one in (row, *after.get(row.name, ())))


class Row(t.NamedTuple):
    """One duty of a person: a stable id, what to do, who does it, why, and how to show that it was done.

    ``after_proof`` marks what must not be done before everything is proved, ``until_made`` what is over once the target is there,
    or is made by the run; ``waited_for``: the sequence waits for it.
    """

    id: str
    what: str
    who: str
    why: str
    evidence: str
    after_proof: bool = False
    until_made: bool = False
    waited_for: bool = False


class Names(t.NamedTuple):
    """The fewest names an endpoint publishes: ``at_first``, and ``in_use`` once replication is on.

    ``certain``: fewer are refused; where no page of Azure's says the number outright they are only warned of.
    """

    at_first: int
    in_use: int
    certain: bool = True


@dataclass(frozen=True)
class Sequence:
    """One sequence. ``target`` is what its endpoints lead to; each gate is asked in the order of its row.

    ``addresses`` is what one endpoint takes, by variant; the first variant is the default. ``addresses_per_data_source``
    come on top for each data source that is declared. ``one_region``: endpoint and
    target must be in one region. ``one_for_all`` are the variants in which one endpoint serves all consumers, ``classic`` those in
    which the target's identity makes endpoints of storage beside ours.
    ``name_pattern`` is how names begin by the documentation, as a regular expression (empty: not judged).
    ``checks`` are asked beside connection, names and links, ``late_checks`` only of a finished run. ``needs_accounts``: it uses
    storage accounts on which the target's identity has roles. ``checklists`` are rows of the report, by
    the name a role asks for. ``reads`` is what only this sequence needs to know, by the stage that asks for it ahead.

    What differs where the target is no vault: ``find`` reads it, ``settled`` and ``outlook`` judge the step that makes it and
    ``judges`` further steps by name,
    ``marked`` says whether it carries the tag that it was private from the start, ``foreseen_unregistered`` whether it is known
    to be absent while its provider is not registered, ``optional``: it may be made by somebody else, its endpoints too, and
    ``protects``: something is protected with it. ``providers`` must be registered besides the target's own, ``actions`` are
    needed on the subscription, ``roles`` names roles that hold
    them, and ``registers`` is what to set so that the role registers providers.
    """

    name: str
    target: Target
    sub_resource: str
    addresses: t.Mapping[str, Need]
    gates: tuple[GateRow, ...]
    teardown_gates: tuple[GateRow, ...]
    switch_gates: tuple[GateRow, ...] = ()
    checks: tuple[GateRow, ...] = ()
    late_checks: tuple[GateRow, ...] = ()
    needs_accounts: bool = False
    name_pattern: str = ""
    least_names: t.Mapping[str, Names] = field(default_factory=dict)
    addresses_per_data_source: int = 0
    one_region: bool = False
    one_for_all: frozenset[str] = frozenset()
    classic: frozenset[str] = frozenset()
    checklists: t.Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    reads: t.Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    find: Find = read_vault
    settled: Settled | None = None
    judges: t.Mapping[str, Settled] = field(default_factory=dict)
    outlook: Outlook | None = None
    marked: bool = True
    foreseen_unregistered: bool = False
    optional: bool = False
    protects: bool = True
    providers: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    roles: str = "a role that holds these actions"
    registers: str = "provider_registration: register"

    @property
    def variants(self) -> tuple[str, ...]:
        """Its variants, the default first."""
        return tuple(self.addresses)
