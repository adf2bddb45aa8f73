"""What a history stands on: one site with its places, the catalogue's products, and invented staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Operator
from formulary.accounts.models import Organisation, Person, Site
from formulary.audit import record
from formulary.bench.history.wares import Ware, read_wares
from formulary.db import db
from formulary.patients.models import Care, Patient
from formulary.rules.findings import refuse
from formulary.stock.models import Place

STAFF = {
    "prescriber": ("Prescilla Invented", "practitioner"),
    "other_prescriber": ("Medard Invented", "practitioner"),
    "verifier": ("Pharama Invented", "pharmacist"),
    "releaser": ("Apotek Invented", "pharmacist"),
    "preparer": ("Teknio Invented", "technician"),
}


@dataclass(frozen=True, slots=True)
class Hand:
    """An invented member of staff, as the audit trail names one."""

    person_id: int
    name: str
    site_id: int
    role: str


@dataclass(frozen=True)
class Ground:
    """The site of a history: its places by kind, its staff by what they do, what lies in the catalogue."""

    site_id: int
    zone: str
    places: Mapping[str, int]
    staff: Mapping[str, Hand]
    wares: Sequence[Ware]

    @property
    def prescribers(self) -> tuple[Hand, Hand]:
        """The two who compose, sign and give."""
        return self.staff["prescriber"], self.staff["other_prescriber"]


def stand_on(site_name: str | None, told: Mapping[str, object], *, at: datetime, by: Operator) -> Ground:
    """Find the site and the catalogue and take on staff; refuses in words where a history has no ground.

    The act that writes the staff says in the audit trail what is being invented.
    """
    site = _site(site_name)
    _is_nobodys(site)
    places = {
        place.kind: place.id
        for place in db.session.scalars(
            db.select(Place).filter_by(site_id=site.id, is_active=True).order_by(Place.id.desc())
        )
    }
    wares = read_wares()
    staff = {part: _hand(name, role, site.id) for part, (name, role) in STAFF.items()}
    record("history.generate", site, by=by, at=at, new=told)
    return Ground(site.id, site.zone, places, staff, wares)


def _site(name: str | None) -> Site:
    query = db.select(Site).order_by(Site.id)
    found = db.session.scalars(query if name is None else query.filter_by(name=name)).first()
    if found is None:
        reason = f"There is no site “{name}”." if name else "There is no site yet."
        raise refuse("history.no_site", "site", reason, "Run: formulary init, or formulary seed.")
    return found


def _is_nobodys(site: Site) -> None:
    """Refuse to mix invented patients with the ones a clinic really has."""
    theirs = db.select(Care.id).join(Patient, Care.patient_id == Patient.id)
    real = theirs.where(Care.site_id == site.id, Patient.is_demo.is_(False)).limit(1)
    if not site.is_demo and db.session.scalar(real) is not None:
        reason = f"{site.name} has patients of its own, and a history is invented."
        raise refuse("history.real_patients", site.name, reason, "Take a database of its own for it.")


def _hand(name: str, role: str, site_id: int) -> Hand:
    person = db.session.scalars(db.select(Person).filter_by(name=name)).first()
    if person is None:
        organisation = db.session.scalars(db.select(Organisation)).one()
        person = Person(organisation_id=organisation.id, name=name)
        db.session.add(person)
        db.session.flush()
    return Hand(person.id, name, site_id, role)
