"""When a run denies public network access: decided here for plan, gates and checks alike."""

from __future__ import annotations

import typing as t


class Denial(t.NamedTuple):
    """Whether public network access is to be denied, and whether every name is proved first."""

    wanted: bool
    proof_first: bool = False

    @property
    def at_once(self) -> bool:
        """Whether it is denied before there are endpoints."""
        return self.wanted and not self.proof_first

    def due(self, unproven: t.Collection[t.Any]) -> bool:
        """Whether it is denied, given whose names nobody proves."""
        return self.wanted and not self.waits(unproven)

    def waits(self, unproven: t.Collection[t.Any]) -> bool:
        """Whether the denial waits for a proof that nobody gives."""
        return self.proof_first and bool(unproven)


#: By the value of ``public_network_access``, the default first.
DENIALS: dict[str, Denial] = {
    "after_verify": Denial(wanted=True, proof_first=True),
    "before_endpoint": Denial(wanted=True),
    "unchanged": Denial(wanted=False),
}
