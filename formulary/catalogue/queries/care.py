"""Protocols of courses, and what sources ask of a patient after a session."""

from collections.abc import Collection

from sqlalchemy.orm import selectinload

from formulary.catalogue.models import INDICATIONS, CareTopic, Protocol
from formulary.catalogue.queries.one import one
from formulary.db import db


def protocols(*, in_use: bool = False) -> list[Protocol]:
    """Every protocol in the order of indications, the clinic's own first; `in_use`: none that is retired."""
    query = db.select(Protocol).order_by(Protocol.author_id.is_(None), Protocol.name)
    rows = db.session.scalars(query.where(~Protocol.is_retired) if in_use else query)
    return sorted(rows, key=lambda row: INDICATIONS.index(row.indication))


def protocol(protocol_id: int) -> Protocol:
    """One protocol; Missing otherwise."""
    return one(Protocol, protocol_id, ())


def protocols_called(name: str) -> Protocol | None:
    """The protocol of that name, if there is one."""
    found: Protocol | None = db.session.scalar(db.select(Protocol).filter_by(name=name))
    return found


def care_topics(only: Collection[int] | None = None) -> list[CareTopic]:
    """What a patient may be asked to keep to after a session, with what each source says of it."""
    query = db.select(CareTopic).options(selectinload(CareTopic.statements)).order_by(CareTopic.position)
    return list(db.session.scalars(query if only is None else query.where(CareTopic.id.in_(only))))


def care_topic(topic_id: int) -> CareTopic:
    """One topic; Missing otherwise."""
    return one(CareTopic, topic_id, (selectinload(CareTopic.statements),))
