"""One sitting at the compose page: what was saved, what is typed now, and what the rules say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from flask import g, request

from formulary.accounts import Actor, Permission, guards
from formulary.catalogue import facts as catalogue
from formulary.catalogue import queries as catalogue_queries
from formulary.catalogue.labels import Other
from formulary.cocktails import actions, queries
from formulary.cocktails.facts import Gathered, TypedLine, content_of, gather, reservation_ref
from formulary.cocktails.forms import ComposeForm
from formulary.cocktails.labels import OVERRIDE_REASONS, entry, how_composed
from formulary.cocktails.labels.banner import Shown, banner
from formulary.cocktails.labels.costs import Costs, costs_now
from formulary.cocktails.labels.deviating import deviating
from formulary.cocktails.labels.fixes import tests_line, unanswered_finding, with_form_fixes
from formulary.cocktails.labels.history import Before, last_doses, last_session
from formulary.cocktails.labels.remedies import with_remedies
from formulary.cocktails.labels.sheet import Row, Sheet, prepared_now, sheet
from formulary.cocktails.labels.waste import Waste, waste_today
from formulary.cocktails.views import adding, booking, swapping
from formulary.rules import checklist
from formulary.rules.beyond_use import BeyondUse
from formulary.rules.facts import Product
from formulary.rules.findings import Finding, Refused, Stage
from formulary.rules.formulas import Change
from formulary.rules.units import VOLUME, Quantity
from formulary.web import fields as f


class Composing:
    """The form filled from what was saved or from what was typed, its content, facts, report and figures."""

    def __init__(self, cocktail_id: int, *, by: Actor, at: datetime) -> None:
        """Read the form of this request; a line is added or removed here when a button asked for it."""
        self.cocktail, self.at, self.by = queries.cocktail(cocktail_id, by), at, by
        self.revision = queries.revision(self.cocktail)
        self.saved = content_of(self.cocktail, self.revision)
        self.mark = g.site.decimal_mark
        self._read: dict[int, Product] = {}
        self.form = ComposeForm() if request.method == "POST" else self._filled()
        if self.saved.is_direct:
            self.form.as_supplied()
        self.form.add.choices = f.choices(self._offered(), empty="Choose a product…")
        self.products = self._facts_of(self._product_ids())
        full = adding.full(self.form.lines.entries, as_supplied=self.saved.is_direct)
        self.typed_next = None if full else self._edit_lines()
        wrong = [*full, *self._swap()]
        self.form.offer_units(self.products)
        if request.method == "POST":
            self.form.validate()
        self.form.add_findings(wrong)
        self.content, unread = self.form.content(self.saved, self.products, self.mark)
        if unread:
            self.form.add_findings(unread)
        self.all_read = self.is_readable()

    def _offered(self) -> list[tuple[int, str]]:
        """What the list of products holds: those that were looked for, or spelt nearly so, else all."""
        listed, self.picker_words = catalogue.now().listed(), ""
        text = self.form.find.data or ""
        if text.strip():
            found, near = catalogue_queries.to_pick(text, *catalogue_queries.ROLES)
            wanted = {row.id for row in found}
            listed = tuple(product for product in listed if product.ingredient_id in wanted)
            how = "Nothing holds these letters; spelt nearly so" if near else "Found"
            words = f"{how}: {len(listed)}." if listed else "Nothing holds these letters. Try fewer of them."
            self.picker_words = words
        return [(product.id, product.name) for product in listed]

    def wants(self, *acts: str) -> bool:
        """Whether one of these buttons was pressed; a fix button only edits."""
        return not self.form.fix and request.form.get("act", "") in acts

    @property
    def books_test(self) -> int | None:
        """The line for which "book a patch test" was pressed; None where it was not."""
        return booking.asked("" if self.form.fix else request.form.get("act", ""), self.content)

    @property
    def test_page(self) -> str:
        """Where that button leads: patient, product and lot are filled in."""
        number = self.books_test or 1
        product_id = self.content.lines[number - 1].product_id
        return booking.test_page(self.cocktail, product_id, self.sheet.row(number))

    def may_test(self, finding: Finding) -> int | None:
        """The line for which a finding offers to book a patch test, to who may apply one."""
        return tests_line(finding) if self.by.may(Permission.TEST_PATIENTS) else None

    def is_readable(self) -> bool:
        """Whether every field could be read."""
        return not self.form.problems()

    @cached_property
    def gathered(self) -> Gathered:
        """The facts of what is typed."""
        by = self.by if self.by.may(Permission.PRESCRIBE) else None
        return gather(self.content, site=g.site, at=self.at, ref=reservation_ref(self.cocktail), by=by)

    @cached_property
    def sheet(self) -> Sheet:
        """Every figure and finding of what is typed."""
        facts = self.gathered.cocktail
        shown = sheet(facts, checklist.run(facts, Stage.SIGN), self.before)
        offered = (with_remedies(answer, facts, shown.solution) for answer in shown.report.answers)
        return replace(shown, report=replace(shown.report, answers=tuple(map(with_form_fixes, offered))))

    @cached_property
    def waste(self) -> Waste:
        """What would be thrown away if it were prepared now."""
        return waste_today(self.gathered.cocktail, self.sheet.solution)

    @cached_property
    def costs(self) -> Costs:
        """What it would cost if it were prepared now; no check knows of it."""
        return costs_now(self.gathered.cocktail, self.sheet.solution, g.site.id)

    @cached_property
    def beyond_use(self) -> BeyondUse:
        """Until when it could be used if it were prepared now."""
        return prepared_now(self.gathered.cocktail)

    @property
    def beyond_use_words(self) -> str:
        """That instant in words, with the limit that decides."""
        return self.beyond_use.words(g.site.zone, self.at)

    @property
    def banner(self) -> list[Shown]:
        """What stands beside the patient's name: weight, allergies, what was given last."""
        return [
            *banner(self.gathered.cocktail, self.at),
            *last_session(tuple(self.before.values()), self.at),
        ]

    @property
    def rows(self) -> Sequence[Row]:
        """The figures of every line."""
        return self.sheet.rows

    def row(self, number: int) -> Row | None:
        """The figures of one line, with its cost."""
        row = self.sheet.row(number)
        return None if row is None else replace(row, cost=self.costs.line(number))

    @property
    def reasons(self) -> dict[str, Sequence[str]]:
        """The reasons offered for a finding that may be answered."""
        return {"WARN": OVERRIDE_REASONS, "STOP": OVERRIDE_REASONS}

    @property
    def words(self) -> dict[str, str]:
        """What was written beside the reasons, by the key of the finding."""
        return self.form.words()

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong with an answer, by the field it was given in."""
        return {found.field: found.reason for found in self.form.findings if found.field}

    def refuse(self, refusal: Refused) -> None:
        """Show why nothing was signed: what stands among the findings is counted, the rest is told."""
        shown = {finding.key for finding in self.sheet.report.findings}
        unanswered = [finding for finding in refusal.findings if finding.key in shown]
        told = [finding for finding in refusal.findings if finding.key not in shown]
        self.form.add_findings([*told, *unanswered_finding(self.cocktail.code, len(unanswered))])

    def save(self, *, by: Actor) -> None:
        """Keep what is typed."""
        shown = self.sheet.report
        actions.save_draft(
            self.cocktail.id, self.content, version=self.form.version, shown=shown, at=self.at, by=by
        )

    def count_shown(self, *, by: Actor) -> None:
        """Count what signing was refused over; the cocktail is locked, as for every act on it."""
        actions.note_shown(queries.locked(self.cocktail.id, by), self.sheet.report, at=self.at)

    def answers(self) -> Sequence[actions.Answer]:
        """What was said to the findings; a co-signer's secret is checked here, before the transaction."""
        cosigner = (
            guards.second_person(self.form.signer, at=self.at)
            if self.form.signer.form.username.data
            else None
        )
        given, words = self.form.overrides(), self.form.words()
        return [actions.Answer(key, given[key], words.get(key, ""), cosigner) for key in given]

    def signer(self) -> Actor:
        """Who signs: the person of this session, whose password is asked for anew."""
        return guards.own_secret(self.form.own_secret.data, at=self.at, field=self.form.own_secret.name)

    def sign(self, answers: Sequence[actions.Answer], *, by: Actor) -> None:
        """Sign what was shown, with the answers given to its findings."""
        actions.sign(
            self.cocktail.id,
            seen_hash=request.form.get("inputs_hash", ""),
            answers=answers,
            at=self.at,
            by=by,
            key=self.form.key,
        )

    @cached_property
    def before(self) -> dict[int, Before]:
        """What this patient was given of each line's ingredient before, by the line's number."""
        lines = self.gathered.cocktail.lines
        return last_doses(self.cocktail, lines, by=self.by, zone=g.site.zone)

    @property
    def heading(self) -> str:
        """What is composed: by which formula, as supplied, or line by line."""
        formula = self.gathered.cocktail.formula
        return formula.label if formula else how_composed(self.cocktail)

    def _facts_of(self, wanted: set[int]) -> Mapping[int, Product]:
        """The facts of these products, read once for as long as the request lives."""
        if unread := wanted - self._read.keys():
            self._read |= catalogue.products(unread)
        return {key: self._read[key] for key in wanted}

    def _product_ids(self) -> set[int]:
        typed = {line.form.product_id.data for line in self.form.lines if line.form.product_id.data}
        swapped = swapping.asked(request.form.get("act", ""))
        if swapped is not None:
            return typed | {swapped[1]}
        return typed | (
            {self.form.add.data} if request.form.get("act") == "add" and self.form.add.data else set()
        )

    def _swap(self) -> tuple[Finding, ...]:
        """Put another product into a line where a button asks for it; what speaks against it otherwise."""
        wanted = None if self.form.fix else swapping.asked(request.form.get("act", ""))
        if wanted is None or wanted[0] > len(self.form.lines.entries):
            return ()
        number, product_id = wanted
        line = self.form.lines.entries[number - 1].form
        try:
            typed = self.form.typed(number, self.products, self.mark)
            old, new = self.products[typed.product_id], self.products[product_id]
            swapping.swap(line, typed, old, new, self.mark)
        except Refused as refusal:
            return refusal.findings
        return ()

    @cached_property
    def deviations(self) -> Sequence[Change]:
        """What makes it patient-specific: how it differs from the formula that it follows."""
        return deviating(self.content.formula_version_id, self.gathered.cocktail, self.mark)

    @cached_property
    def others(self) -> Mapping[int, Sequence[Other]]:
        """The other products of each line's substance, and what each would change."""
        return swapping.others(self.gathered.cocktail, self.mark)

    def _edit_lines(self) -> int | None:
        """Do what a button or a fix asks of the lines; returns which one is typed next."""
        act = self.form.fix[0] if self.form.fix else request.form.get("act", "")
        if act == "add" and self.form.add.data:
            product = self.products[self.form.add.data]
            first = entry.options(product)[0].code
            self.form.lines.append_entry({"product_id": product.id, "unit": first, "value": ""})
            self.form.arrange("")
            return len(self.form.lines.entries) - 1
        self._take(act)
        return self.form.arrange(act)

    def _take(self, act: str) -> None:
        """Write a line as a fix says it ("0.3 mL"), or as it was read, with the unit in its own field."""
        for number, line in enumerate(self.form.lines, start=1):
            product = self.products.get(line.form.product_id.data)
            if product is not None and act == line.form.value.name and self.form.fix:
                line.form.take(*self.form.fix[1].rsplit(" ", 1), product=product)
            elif product is not None and act == f"accept-{number}":
                line.form.rewrite(product, self.mark)

    def _filled(self) -> ComposeForm:
        products = self._facts_of({line.product_id for line in self.saved.lines})
        return ComposeForm(
            target=None if self.saved.target is None else Quantity(self.saved.target, VOLUME),
            route=self.saved.route,
            area=self.saved.area,
            planned_for=self.saved.planned_for,
            overfill=Quantity(self.saved.overfill, VOLUME) if self.saved.overfill else None,
            is_top_up=self.saved.is_top_up,
            lines=[self._line(line, products) for line in self.saved.lines],
            row_version=self.revision.row_version,
        )

    def _line(self, line: TypedLine, products: dict) -> dict[str, object]:  # type: ignore[type-arg]
        product = products[line.product_id]
        text = entry.written(line, product, self.mark)
        shown = entry.MAKE_UP if line.pin == "qs" else line.unit
        return {"product_id": line.product_id, "value": text, "unit": shown}
