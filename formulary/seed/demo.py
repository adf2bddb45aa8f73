"""The demo clinic, made by the rooms' own actions, so that it has a trail like any other clinic."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from formulary import config
from formulary.accounts import Actor, Operator, Role
from formulary.accounts import actions as accounts_actions
from formulary.accounts import queries as accounts
from formulary.accounts.models import Site
from formulary.administrations.actions import reactions
from formulary.catalogue import actions as catalogue_actions
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import FormulaVersion, Ingredient, Product
from formulary.db import db, transaction
from formulary.patients import actions as patients_actions
from formulary.rules.findings import refuse
from formulary.rules.units import Quantity
from formulary.seed import rows
from formulary.seed.catalogue import load_catalogue
from formulary.seed.cells import known
from formulary.seed.clinic_rows import Clinic, read_clinic
from formulary.seed.formulas import line_columns, lines_of, words_of
from formulary.seed.questions import questions, reaction_kinds
from formulary.seed.shelf import Shelf, read_shelf

FOUNDED, AUTHORED, APPROVED = timedelta(days=400), timedelta(days=395), timedelta(days=394)
SEEDER = Operator("seed data", role="system")
ACCEPTED = ("dose_low", "dose_high", "concentration_low", "concentration_high")


@dataclass
class Demo:
    """The clinic while it is being made: its files, the instant of seeding, rows by name."""

    clinic: Clinic
    shelf: Shelf
    at: datetime
    sites: dict[str, Site] = field(default_factory=dict)

    def ago(self, days: int) -> datetime:
        """So many days before the seeding."""
        return self.at - timedelta(days=days)

    def actor(self, username: str, site: str = "") -> Actor:
        """Somebody of the clinic, as a view would hand them to an action."""
        return accounts.actor(username, self.sites[site].id if site else None)

    def product(self, name: str) -> Product:
        """A product by its name."""
        return db.session.scalars(db.select(Product).filter_by(name=name)).one()

    def ingredient(self, name: str) -> Ingredient:
        """An ingredient by its name."""
        return db.session.scalars(db.select(Ingredient).filter_by(name=name)).one()


def found_clinic(*, password: str, at: datetime) -> Demo:
    """Organisation, sites, people, policies, catalogue, questions, and the approved formula; no stock yet.

    Refused where an organisation is there already: demo data never mixes with a clinic's own.
    """
    if name := accounts.organisation_name():
        reason = f"This database belongs to {name}."
        raise refuse("seed.not_empty", "database", reason, "Set FORMULARY_DATABASE_URL to another.")
    folder = config.seed_folder()
    demo = Demo(read_clinic(folder), read_shelf(folder), at)
    with transaction():
        _found(demo)
        _hire(demo, password)
        _entitle(demo)
        _decide(demo)
    with transaction():
        load_catalogue(demo.shelf, at=at - FOUNDED, by=SEEDER)
        patients_actions.set_condition_kinds(
            questions(demo.clinic.contraindications, demo.shelf), at=at - FOUNDED, by=SEEDER
        )
        kinds = reaction_kinds(demo.clinic.reactions, demo.shelf)
        reactions.set_reaction_kinds(kinds, at=at - FOUNDED, by=SEEDER)
    for row in demo.shelf.formulas:
        if row.status == "approved":
            _approve(demo, row)
    return demo


def _found(demo: Demo) -> None:
    at = demo.at - FOUNDED
    accounts_actions.found_organisation(demo.clinic.settings["organisation"], at=at, by=SEEDER)
    for row in demo.clinic.sites:
        facts = {
            "name": row.name,
            "zone": row.zone,
            "decimal_mark": row.decimal_mark,
        }
        demo.sites[row.name] = accounts_actions.add_site(**facts, is_demo=True, at=at, by=SEEDER)


def _hire(demo: Demo, password: str) -> None:
    for row in demo.clinic.users:
        accounts_actions.add_user(
            username=row.username,
            name=row.name,
            roles={demo.sites[row.site].id: [Role(row.role)]},
            password=password,
            at=demo.at - FOUNDED,
            by=SEEDER,
        )


def _entitle(demo: Demo) -> None:
    """What entitles each of them, on record since the founding."""
    people = {user.username: user for user in accounts.people()}
    for row in demo.clinic.credentials:
        accounts_actions.record_credential(
            people[row.username].person_id,
            kind=row.kind,
            authority=row.authority,
            number=row.number,
            valid_from=demo.ago(row.begun_days_ago).date(),
            valid_to=demo.ago(-row.valid_days).date(),
            at=demo.at - FOUNDED,
            by=SEEDER,
        )


def _decide(demo: Demo) -> None:
    for policy in demo.clinic.policies:
        site = demo.sites[policy["site"]]
        accounts_actions.set_policy(
            site.id,
            policy["kind"],
            policy["value"],
            edition=policy["edition"],
            source=demo.shelf.cited(policy["source"]),
            valid_from=accounts.day_at(site.id, demo.at - FOUNDED),
            at=demo.at - FOUNDED,
            by=SEEDER,
        )


def _approve(demo: Demo, row: rows.FormulaRow) -> FormulaVersion:
    """The clinic's own copy of a protocol: written by one person, approved by another."""
    with transaction():
        version = catalogue_actions.draft_formula(
            row.name,
            lines=[_line(demo, line) for line in lines_of(row, demo.shelf)],
            pairs=[_pair(demo, pair) for pair in demo.shelf.formula_pairs if pair.formula == row.name],
            target=Quantity.of(known(row.target_mL) or 0, "mL"),
            route=row.route,
            indication=row.indication,
            evidence=row.evidence,
            source=demo.shelf.cited(row.source),
            note=words_of(row),
            based_on_id=_published(row.based_on),
            at=demo.at - AUTHORED,
            by=demo.actor(row.author),
        )
    with transaction():
        catalogue_actions.submit_formula(version.id, at=demo.at - AUTHORED, by=demo.actor(row.author))
    with transaction():
        return catalogue_actions.approve_formula(
            version.id, at=demo.at - APPROVED, by=demo.actor(row.approver)
        )


def _published(name: str) -> int | None:
    """The version of a published protocol with this name, of which the clinic's own is a copy."""
    found = catalogue.formula_named(name) if name else None
    return found.versions[-1].id if found else None


def _line(demo: Demo, line: rows.FormulaLineRow) -> catalogue_actions.DraftLine:
    product, ingredient = demo.product(line.product), demo.ingredient(line.ingredient)
    columns = line_columns(line, {line.ingredient: ingredient}, {line.product: product})
    accepted = {name: columns.pop(f"accepted_{name}") for name in ACCEPTED}
    columns.pop("number")
    return catalogue_actions.DraftLine(reason=columns.pop("accepted_reason"), **columns, **accepted)  # type: ignore[arg-type]


def _pair(demo: Demo, row: rows.FormulaPairRow) -> catalogue_actions.DraftPair:
    return catalogue_actions.DraftPair(demo.ingredient(row.a).id, demo.ingredient(row.b).id, row.reason)
