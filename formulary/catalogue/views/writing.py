"""One sitting at a formula: what is typed, the figures that follow, the pairs it leaves without data."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import g, request

from formulary.catalogue import actions, facts, labels, queries
from formulary.catalogue.forms.formulas import MOST_LINES, FormulaForm, edited
from formulary.rules.compatibility import Examined, Mixture, examine
from formulary.rules.findings import Finding, Level
from formulary.rules.formulas import Content, misfits
from formulary.rules.units import activity, dimension
from formulary.web import fields as f

KEEPING = ("check", "save")
TWO = 2
ADDED = ("active", "diluent")
TOO_MANY = Finding(
    "formula.too_many_lines",
    "lines",
    f"There are {MOST_LINES} lines, the most there may be.",
    "Leave one out first.",
    level=Level.BLOCK,
    field="add",
)


class Writing:
    """The form filled from a version or from what was typed, and everything that follows from it."""

    def __init__(self, start: Mapping[str, Any], *, version_id: int | None = None) -> None:
        """Read the form of this request; a line is added, moved or removed where a button asked for it."""
        self.version_id = version_id
        self.posted = request.method == "POST"
        self.act = request.form.get("act", "")
        self.form = FormulaForm(formdata=edited(request.form)) if self.posted else FormulaForm(**start)
        self._rows = queries.products()
        self.products = {row.id: row for row in self._rows}
        self.offered, self.only_near = queries.to_pick(self.form.find.data or "", *ADDED)
        names = [(x.id, x.name) for x in self.offered]
        self.form.add.choices = f.choices(names, empty="Choose an ingredient…")
        full = self.act == "add" and len(self.form.lines.entries) >= MOST_LINES
        if self.act == "add" and self.form.add.data and not full:
            self.form.lines.append_entry({"ingredient_id": self.form.add.data, "scaling": "with_volume"})
        self.ingredients = queries.several_ingredients(
            box.form.ingredient_id.data for box in self.form.lines if box.form.ingredient_id.data
        )
        for box in self.form.lines:
            self._offer(box.form)
        if self.posted and self.act in KEEPING:
            self.form.validate()
        self.form.show_pairs(self._asked_pairs())
        self.lines, wrong = self.form.draft_lines() if self._is_read() else ([], [])
        self.form.add_findings([*wrong, *([TOO_MANY] if full else []), *self._against_figures()])

    @property
    def based_on(self):  # type: ignore[no-untyped-def]
        """The version it was started from, whose name and heading it may share; None for a new one."""
        key = self.form.based_on_id.data
        return queries.formula_version(key) if key else None

    @property
    def heading(self) -> str:
        """What is being written, for the head of the page."""
        start = self.based_on
        if self.version_id is not None:
            return f"Draft of {self.form.name.data}"
        if start is None:
            return "A new formula"
        copied = start.formula.is_published
        return f"Our own copy of {start.formula.name}" if copied else f"The version after {start}"

    @property
    def picker_words(self) -> str:
        """How many the list of ingredients holds of how many there are, or that they are only spelt so."""
        if self.only_near:
            near = "Nothing holds these letters; spelt nearly so are offered."
            return near if self.offered else "Nothing holds these letters. Try fewer of them."
        many = queries.how_many(*ADDED)
        return f"{len(self.offered)} of {many} offered; find the others by a part of the name."

    @property
    def left_out(self) -> list[str]:
        """What the version it was started from names and the catalogue does not hold."""
        start = None if self.posted else self.based_on
        named = [line.named for line in start.lines if line.ingredient_id is None] if start else []
        return [f"{name} is not in the catalogue, so it is no line here." for name in named]

    @property
    def may_save(self) -> bool:
        """Whether everything could be read, and saving was asked for."""
        return self.act == "save" and not self.form.problems()

    def written(self) -> dict[str, Any]:
        """What is kept of it, as the actions take it."""
        form = self.form
        plain = ("target", "route", "instructions", "storage", "beyond_use_h", "beyond_use_source", "note")
        return {name: form[name].data for name in plain} | {
            "name": form.name.data,
            "lines": self.lines,
            "pairs": form.draft_pairs(),
            "based_on_id": form.based_on_id.data,
            **self._heading(),
        }

    def _heading(self) -> dict[str, str]:
        """What the formula is for and who says so: typed, or as the version it was started from has it."""
        start, typed = self.based_on, self.form
        words = {"indication": typed.indication.data, "source": typed.source.data, "evidence": ""}
        if start is None:
            return words
        kept = start.formula.is_published
        return {
            "indication": words["indication"] or start.formula.indication,
            "source": words["source"] or start.formula.source,
            "evidence": f"our own copy of {start.formula.name}" if kept else start.formula.evidence,
        }

    @cached_property
    def content(self) -> Content | None:
        """What is typed as a version, or None while a field cannot be read."""
        if self.form.problems() or self.form.target.data is None:
            return None
        version = actions.unsaved(ingredients=self.ingredients, products=self.products, **self.written())
        return facts.content(version)

    @property
    def figures(self) -> list[labels.Line]:
        """Dose, volume and concentration of every line, once everything can be read."""
        return labels.lines(self.content) if self.content else []

    @cached_property
    def examined(self) -> Examined:
        """What the table says of the lines, as far as their products are chosen."""
        mixed = facts.mixed(
            [(box.form.ingredient_id.data, box.form.product_id.data) for box in self.form.lines],
            self.ingredients,
        )
        return examine(facts.compatibilities(), Mixture(tuple(mixed)))

    def pair_words(self, a: int, b: int) -> str:
        """How a pair is called beside its field."""
        names = {key: str(row) for key, row in self.ingredients.items()}
        return f"{names.get(a, '')} with {names.get(b, '')}"

    def _is_read(self) -> bool:
        return not self.posted or (self.act in KEEPING and not self.form.problems())

    def _offer(self, line: Any) -> None:
        own = [row for row in self._rows if row.ingredient_id == line.ingredient_id.data]
        line.product_id.choices = f.choices([(row.id, row.name) for row in own], empty="Any product of it")
        ingredient = self.ingredients.get(line.ingredient_id.data)
        chosen = self.products.get(line.product_id.data or 0)
        measured_in = chosen.dimension if chosen else ingredient.dimension if ingredient else "mass"
        line.must_name_product = measured_in == "units"
        alike = chosen is not None or len({row.basis for row in own}) < TWO
        line.offer(
            activity("none") if line.must_name_product else dimension(measured_in),
            labels.known_bases(ingredient) if ingredient else [],
            alike=alike,
        )

    def _asked_pairs(self) -> dict[frozenset[int], str]:
        """The pairs without data, with what was written of them."""
        said = {
            frozenset((box.form.a_id.data, box.form.b_id.data)): box.form.reason.data
            for box in self.form.pairs
            if box.form.a_id.data and box.form.b_id.data
        }
        return {pair.ids: said.get(pair.ids) or "" for pair in self.examined.pairs if not pair.known}

    def _against_figures(self) -> list[Finding]:
        """What the figures of the lines do not fit: the volume, and their own accepted ranges."""
        content = self.content if self.posted else None
        return [] if content is None else list(misfits(content, g.site.decimal_mark))
