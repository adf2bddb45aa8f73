"""What is estimated of a mixture, such as its pH: how it stands, in a word, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from formulary.rules.findings import Finding, Level, Result


@dataclass(frozen=True)
class Estimate:
    """A property of the mixture that is estimated: how it stands, in a word, and why."""

    state: str
    words: str
    reasons: tuple[str, ...]


def estimated(answers: Iterable[Finding], about: str) -> Estimate | None:
    """The worst of the answers about it; what is not known is never drawn as fitting."""
    own = [a for a in answers if a.code.startswith(f"{about}.") and a.result is not Result.NOT_APPLICABLE]
    if not own:
        return None
    looked = dict.fromkeys(f"{name}: {shown}" for a in own for name, shown in a.inputs)
    reasons = (*(a.reason for a in own), *looked)
    if found := [a for a in own if a.result is Result.FINDING]:
        worst = max(a.level or Level.INFO for a in found)
        return Estimate(worst.name.lower(), "outside", reasons)
    known = all(a.result is Result.PASS for a in own)
    return Estimate("pass", "fits", reasons) if known else Estimate("unknown", "unknown", reasons)
