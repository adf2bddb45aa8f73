"""After-care: what a site decides where sources differ or are silent, and the sheet that is handed over."""

from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.labels import care as labels
from formulary.administrations.models import CHOICES, CareDecision, CareSheet
from formulary.administrations.queries import care
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.db import db, once
from formulary.rules.findings import refuse
from formulary.rules.schedule import UNITS


@once
def decide_care(
    topic_id: int, *, choice: str, number: int | None, unit: str, reason: str, at: datetime, by: Actor
) -> CareDecision:
    """Decide for the site: what the strictest source says, a time of its own, or left off the sheet."""
    by.must(Permission.AUTHOR)
    topic = catalogue.care_topic(topic_id)
    if choice not in CHOICES or unit not in UNITS:
        raise refuse("care.choice", topic.name, "This is no choice here.", "Choose one of the list.")
    if (choice == "own") != (number is not None):
        told = "A time belongs to a time of the clinic’s own, and to nothing else."
        raise refuse("care.time", topic.name, told, "Type it, or choose another answer.", field="number")
    row = CareDecision(site_id=by.site_id, topic_id=topic.id, choice=choice, number=number, unit=unit)
    row.reason, row.at, row.by_id = reason, at, by.person_id
    db.session.add(row)
    db.session.flush()
    new = {"topic": topic.word, "choice": choice, "number": number, "unit": unit}
    record("administrations.decide_care", row, by=by, at=at, new=new, reason=reason)
    return row


@once
def hand_over_sheet(administration_id: int, *, at: datetime, by: Actor) -> CareSheet:
    """Record that the after-care sheet of a session was handed over, as it reads now."""
    by.must(Permission.ADMINISTER)
    session = queries.administration(administration_id, by)
    if session.outcome == "not_given":
        raise refuse("care.not_given", "the session", "Nothing was given.", "No sheet belongs to it.")
    zone = ZoneInfo(accounts.site(session.site_id).zone)
    lines = labels.topic_lines(catalogue.care_topics(), care.care_decisions(session.site_id))
    told = labels.sheet(lines, labels.counted_from(session, zone), zone)
    row = CareSheet(administration_id=session.id, patient_id=session.patient_id, version=told.version)
    row.counted_from, row.lines, row.at, row.by_id = told.counted_from, labels.stored(told), at, by.person_id
    db.session.add(row)
    db.session.flush()
    record("administrations.hand_over_sheet", session, by=by, at=at, new={"version": told.version})
    return row
