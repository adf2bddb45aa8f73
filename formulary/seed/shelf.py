"""The catalogue's files as one whole: every row read, every name that one file takes from another checked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from formulary.catalogue.queries import fold
from formulary.rules.findings import Finding, Refused
from formulary.seed import rows, rule_rows
from formulary.seed.article_rows import ArticleStatementRow, ArticleTopicRow
from formulary.seed.bases import Bases, BasisFactorRow, StrengthBasisRow
from formulary.seed.care_rows import CareStatementRow, CareTopicRow, ProtocolRow
from formulary.seed.files import fault, read
from formulary.seed.washout_rows import MedicineKindRow, WashoutRow

_CODE = re.compile(r"\[([A-Z0-9][A-Za-z0-9-]+)\]", re.ASCII)
ROUTES = ("ID", "SC", "IM", "IV", "infiltration", "submucosal", "inhalation", "oral", "diluent", "any")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that `seed_data/catalogue` says."""

    ingredients: tuple[rows.IngredientRow, ...]
    products: tuple[rows.ProductRow, ...]
    limits: tuple[rows.LimitRow, ...]
    synonyms: tuple[rows.SynonymRow, ...]
    groups: tuple[rows.GroupRow, ...]
    members: tuple[rows.MemberRow, ...]
    excipients: tuple[rows.ExcipientRow, ...]
    rules: tuple[rule_rows.RuleRow, ...]
    contraindications: tuple[rows.ContraindicationRow, ...]
    cross_reactivity: tuple[rows.CrossReactivityRow, ...]
    schedules: tuple[rows.ScheduleRow, ...]
    osmolalities: tuple[rows.OsmolalityRow, ...]
    devices: tuple[rows.DeviceRow, ...]
    strength_bases: tuple[StrengthBasisRow, ...]
    basis_factors: tuple[BasisFactorRow, ...]
    formulas: tuple[rows.FormulaRow, ...]
    formula_lines: tuple[rows.FormulaLineRow, ...]
    formula_pairs: tuple[rows.FormulaPairRow, ...]
    protocols: tuple[ProtocolRow, ...]
    care_topics: tuple[CareTopicRow, ...]
    care_statements: tuple[CareStatementRow, ...]
    article_topics: tuple[ArticleTopicRow, ...]
    article_statements: tuple[ArticleStatementRow, ...]
    medicine_kinds: tuple[MedicineKindRow, ...]
    washouts: tuple[WashoutRow, ...]
    sources: tuple[rows.SourceRow, ...]

    def cited(self, text: str) -> str:
        """The text with each short name of a source followed by what stands behind it."""
        behind = {row.code: row.text for row in self.sources}
        return _CODE.sub(lambda found: f"{behind.get(found[1], '')} [{found[1]}]".strip(), text)

    def bases(self) -> Bases:
        """What strengths count and the factors between, with their sources spelled out."""
        strengths = (replace(row, source=self.cited(row.source)) for row in self.strength_bases)
        factors = (replace(row, source=self.cited(row.source)) for row in self.basis_factors)
        return Bases(tuple(strengths), tuple(factors))


FILES = {
    "ingredients": ("ingredients.csv", rows.IngredientRow),
    "products": ("products.csv", rows.ProductRow),
    "limits": ("limits.csv", rows.LimitRow),
    "synonyms": ("synonyms.csv", rows.SynonymRow),
    "groups": ("groups.csv", rows.GroupRow),
    "members": ("ingredient_groups.csv", rows.MemberRow),
    "excipients": ("product_excipients.csv", rows.ExcipientRow),
    "rules": ("compatibility.csv", rule_rows.RuleRow),
    "contraindications": ("contraindications.csv", rows.ContraindicationRow),
    "cross_reactivity": ("cross_reactivity.csv", rows.CrossReactivityRow),
    "schedules": ("schedules.csv", rows.ScheduleRow),
    "osmolalities": ("osmolalities.csv", rows.OsmolalityRow),
    "devices": ("devices.csv", rows.DeviceRow),
    "strength_bases": ("strength_bases.csv", StrengthBasisRow),
    "basis_factors": ("basis_factors.csv", BasisFactorRow),
    "formulas": ("formulas.csv", rows.FormulaRow),
    "formula_lines": ("formula_lines.csv", rows.FormulaLineRow),
    "formula_pairs": ("formula_pairs.csv", rows.FormulaPairRow),
    "protocols": ("protocols.csv", ProtocolRow),
    "care_topics": ("care_topics.csv", CareTopicRow),
    "care_statements": ("care_statements.csv", CareStatementRow),
    "article_topics": ("article_topics.csv", ArticleTopicRow),
    "article_statements": ("article_statements.csv", ArticleStatementRow),
    "medicine_kinds": ("medicine_kinds.csv", MedicineKindRow),
    "washouts": ("washouts.csv", WashoutRow),
    "sources": ("sources.csv", rows.SourceRow),
}


def read_shelf(seed_folder: Path) -> Shelf:
    """The catalogue's files, all of them or none; Refused with every fault of every file."""
    read_rows, found = {}, []
    for name, (file, kind) in FILES.items():
        try:
            read_rows[name] = read(seed_folder / "catalogue" / file, kind)
        except Refused as refusal:
            found += refusal.findings
    if found:
        raise Refused(*found)
    shelf = Shelf(**read_rows)  # type: ignore[arg-type]
    if faults := [*_unnamed(shelf), *_twice(shelf), *_selectors(shelf), *_routes(shelf)]:
        raise Refused(*faults)
    return shelf


def _unnamed(shelf: Shelf) -> Iterator[Finding]:
    """Names that another file should hold: (rows, file, column, names it may hold)."""
    ingredients = {row.name for row in shelf.ingredients}
    products = {row.name for row in shelf.products}
    formulas = {row.name for row in shelf.formulas}
    words = {row.word for row in shelf.groups}
    for these, file, column, known in (
        (shelf.products, "products.csv", "ingredient", ingredients),
        (shelf.limits, "limits.csv", "product", products),
        (shelf.synonyms, "synonyms.csv", "ingredient", ingredients),
        (shelf.members, "ingredient_groups.csv", "ingredient", ingredients),
        (shelf.members, "ingredient_groups.csv", "word", words),
        (shelf.excipients, "product_excipients.csv", "product", products),
        (shelf.excipients, "product_excipients.csv", "ingredient", ingredients),
        (shelf.osmolalities, "osmolalities.csv", "product", products),
        (shelf.cross_reactivity, "cross_reactivity.csv", "word", words),
        (shelf.schedules, "schedules.csv", "ingredient", ingredients),
        (shelf.strength_bases, "strength_bases.csv", "product", products),
        (shelf.basis_factors, "basis_factors.csv", "ingredient", ingredients),
        (shelf.formula_lines, "formula_lines.csv", "formula", formulas),
        (shelf.formula_lines, "formula_lines.csv", "ingredient", ingredients | {""}),
        (shelf.formula_lines, "formula_lines.csv", "product", products | {""}),
        (shelf.formula_pairs, "formula_pairs.csv", "a", ingredients),
        (shelf.formula_pairs, "formula_pairs.csv", "b", ingredients),
        (shelf.care_statements, "care_statements.csv", "topic", {row.word for row in shelf.care_topics}),
        (shelf.article_statements, "article_statements.csv", "topic", {r.word for r in shelf.article_topics}),
        (shelf.washouts, "washouts.csv", "kind", {row.word for row in shelf.medicine_kinds}),
    ):
        yield from missing(file, column, (getattr(row, column) for row in these), known)  # type: ignore[attr-defined]


def missing(file: str, column: str, came: Iterable[str], known: set[str]) -> Iterator[Finding]:
    """A fault for each name that no other file holds."""
    for number, name in enumerate(came, start=2):
        if name not in known:
            subject = f"{file}, row {number}, column {column}"
            yield fault(
                "seed.unnamed", subject, f"“{name}” is in no other file.", "Name what is there.", column
            )


def _twice(shelf: Shelf) -> Iterator[Finding]:
    for file, names in {
        "ingredients.csv": [row.name for row in shelf.ingredients],
        "products.csv": [row.name for row in shelf.products],
        "compatibility.csv": [row.number for row in shelf.rules],
        "groups.csv": [row.word for row in shelf.groups],
        "contraindications.csv": [f"{row.word} of {row.of}" for row in shelf.contraindications],
        "cross_reactivity.csv": [row.word for row in shelf.cross_reactivity],
        "schedules.csv": [row.ingredient for row in shelf.schedules],
        "formulas.csv": [f"{row.name} v{row.number}" for row in shelf.formulas],
        "protocols.csv": [row.name for row in shelf.protocols],
        "care_topics.csv": [row.word for row in shelf.care_topics],
        "article_topics.csv": [row.word for row in shelf.article_topics],
        "article_statements.csv": [str(row.number) for row in shelf.article_statements],
        "medicine_kinds.csv": [row.word for row in shelf.medicine_kinds],
        "washouts.csv": [str(row.number) for row in shelf.washouts],
        "synonyms.csv": [f"{row.ingredient}: {fold(row.synonym)}" for row in shelf.synonyms],
    }.items():
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield fault("seed.twice", file, f"“{name}” stands there more than once.", "Keep one of them.")


def _selectors(shelf: Shelf) -> Iterator[Finding]:
    known = {"any"} | {f"route:{route}" for route in ROUTES}
    known |= {f"ingredient:{row.name}" for row in shelf.ingredients}
    known |= {f"group:{row.word}" for row in shelf.groups}
    yield from missing("compatibility.csv", "a", (r.a for r in shelf.rules), known)
    yield from missing("compatibility.csv", "b", (r.b for r in shelf.rules), known)
    yield from missing("compatibility.csv", "also", (r.also for r in shelf.rules), known | {""})
    yield from missing("contraindications.csv", "of", (r.of for r in shelf.contraindications), known)


def _routes(shelf: Shelf) -> Iterator[Finding]:
    for number, row in enumerate(shelf.limits, start=2):
        for route in row.route:
            if route not in ROUTES:
                subject = f"limits.csv, row {number}, column route"
                yield fault("seed.cell", subject, f"“{route}” is no route.", f"Write {', '.join(ROUTES)}.")
