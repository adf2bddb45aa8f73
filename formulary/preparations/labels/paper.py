"""The worksheet on paper for when the system is down: what was signed, who stands behind it, empty lines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import queries as accounts
from formulary.cocktails.labels.story import heading_of
from formulary.cocktails.models import Cocktail, Revision


@dataclass(frozen=True)
class PaperSheet:
    """A verified cocktail, ready to be prepared by hand; `lines` as they were signed."""

    cocktail: Cocktail
    revision: Revision
    lines: list[dict[str, Any]]
    target: str
    prescriber: str
    verifier: str
    printed_at: datetime

    @property
    def heading(self) -> str:
        """By which formula it is composed, or how else."""
        return heading_of(self.cocktail, self.revision)

    @property
    def rows(self) -> list[tuple[dict[str, Any], int]]:
        """Each line with a second row, for what a second vial gave."""
        return [(line, part) for line in self.lines for part in (1, 2)]


def on_paper(cocktail: Cocktail, revision: Revision, at: datetime) -> PaperSheet:
    """What stands on the blank worksheet of a verified cocktail."""
    names = accounts.person_names({revision.prescriber_id, revision.verifier_id})
    signed = revision.snapshot or {}
    return PaperSheet(
        cocktail=cocktail,
        revision=revision,
        lines=signed.get("lines", []),
        target=signed.get("target", ""),
        prescriber=names.get(revision.prescriber_id or 0, ""),
        verifier=names.get(revision.verifier_id or 0, ""),
        printed_at=at,
    )
