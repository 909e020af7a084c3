"""``python -m ...tests.conformance.recorded``: how many of the recorded facts the local Azure shares, by service."""

from __future__ import annotations

import sys

from .facts import judged, outcomes, services


def main() -> int:
    """Print the table and every defect. Returns 1 when there is one."""
    failed = False
    print(f"{'service':<16}{'answers':>8}{'as recorded':>13}{'otherwise, with reason':>24}")
    for service in services():
        found = list(outcomes(service))
        agreeing = sum(one.agrees for one in found)
        meant = sum(not one.agrees and not one.fails for one in found)
        print(f"{service:<16}{len(found):>8}{f'{agreeing} ({100 * agreeing / len(found):.0f} %)':>13}{meant:>24}")
        for one in found:
            if one.fails:
                failed = True
                print(
                    f"  {one.name}: " + ("; ".join(one.differences) or "agrees, and yet has a reason why it should not")
                )
    print(
        f"{len(judged())} kinds of difference from whole recordings are judged in tests/conformance/recorded/judged.yml"
    )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
