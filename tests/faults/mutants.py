"""``python -m tests.faults.mutants``: plant one fault after the other; each must be caught, by the invariant it breaks.

A campaign that finds nothing proves something only if it would have found these. Each is aimed at the window where its fault shows.
"""

import sys
from typing import NamedTuple

from tests.faults import campaign


class Mutant(NamedTuple):
    """A planted fault, where to kill, and the beginnings of the invariants of which at least one must name it."""

    name: str
    aims: tuple[str, ...]
    broken: tuple[str, ...]


MUTANTS = (
    Mutant("mark_before_send", ("relay.sent_before_mark",), ("lost", "order")),
    Mutant(
        "offset_before_effect", ("consumer.after_write",), ("applied: routing", "lost: every accepted letter is a case", "replay", "once")
    ),
    Mutant("no_dedupe", ("relay.sent_before_mark",), ("replay", "once", "applied")),
    Mutant("identity_in_event", ("relay.after_mark",), ("identity",)),
)


def caught(mutant: Mutant, arguments: list[str]) -> bool:
    """Run a short campaign over the mutant; whether an invariant that it must break was found broken."""
    options = campaign.parse(["--minutes", "0.6", "--petitions", "100", "--faults", "1", "--broker-kills", "0", "--rest", "60", *arguments])
    findings = campaign.campaign(options, mutant.name, mutant.aims)
    if any(invariant.startswith("enough") for invariant in findings.broken):
        print(f"UNFAIR  {mutant.name}: the platform hardly worked, so that anything would have been caught")
        return False
    broken = [invariant for invariant in findings.broken if invariant.startswith(mutant.broken)]
    others = [invariant for invariant in findings.broken if invariant not in broken]
    print(f"{'caught' if broken else 'MISSED'}  {mutant.name}: {'; '.join(broken) or 'nothing'}" + (f" (also {others})" if others else ""))
    for invariant in broken[:2]:
        print(f"          {findings.broken[invariant][0][:300]}")
    return bool(broken)


def main() -> None:
    """All mutants, or those named."""
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    wanted = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    results = [caught(mutant, []) for mutant in wanted]
    print(f"{sum(results)} of {len(results)} mutants caught")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
