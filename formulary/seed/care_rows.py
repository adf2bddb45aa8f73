"""The rows of the files about courses and after-care, and their loading."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from formulary.catalogue.models import INDICATIONS, CareStatement, CareTopic, Protocol
from formulary.db import db
from formulary.seed.cells import Text, Whole, Words, YesNo, one_of, or_nothing, whole
from formulary.seed.merging import Merge

if TYPE_CHECKING:
    from formulary.seed.shelf import Shelf

MaybeWhole = Annotated[int | None, or_nothing(whole)]
Days = Annotated[str, one_of("days", "months")]


@dataclass(frozen=True, slots=True)
class ProtocolRow:
    """A protocol of one indication, as one source states it; empty where it says nothing."""

    name: Text
    indication: Annotated[str, one_of(*INDICATIONS)]
    sessions_low: MaybeWhole
    sessions_high: MaybeWhole
    least: MaybeWhole
    most: MaybeWhole
    unit: Days
    later_least: MaybeWhole
    later_most: MaybeWhole
    later_unit: Days
    later_when: Words
    upkeep_least: MaybeWhole
    upkeep_most: MaybeWhole
    upkeep_unit: Days
    evidence: Text
    note: Words
    source: Text


@dataclass(frozen=True, slots=True)
class CareTopicRow:
    """One thing to keep to after a session, in plain words: with a time, and without."""

    word: Text
    name: Text
    words: Text
    untimed: Text


@dataclass(frozen=True, slots=True)
class CareStatementRow:
    """What one source says of a topic; empty times where it gives none."""

    number: Whole
    topic: Text
    said: Text
    least: MaybeWhole
    most: MaybeWhole
    unit: Annotated[str, one_of("hours", "days", "months")]
    lifted: YesNo
    source: Text


def load_care(shelf: "Shelf", merge: Merge) -> None:
    """Protocols, topics and statements; a protocol of the clinic's own under the same name is left alone."""
    own = set(db.session.scalars(db.select(Protocol.name).where(Protocol.author_id.is_not(None))))
    for row in shelf.protocols:
        if row.name not in own:
            told = asdict(row) | {"source": shelf.cited(row.source)}
            merge.row(Protocol, {"name": row.name}, told)
    topics = {}
    for position, topic in enumerate(shelf.care_topics):
        told = asdict(topic) | {"position": position}
        topics[topic.word] = merge.row(CareTopic, {"word": topic.word}, told)
    db.session.flush()
    for said in shelf.care_statements:
        told = asdict(said) | {"topic_id": topics[said.topic].id, "source": shelf.cited(said.source)}
        told.pop("topic")
        merge.row(CareStatement, {"number": said.number}, told)
