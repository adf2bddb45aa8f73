"""The name of what the catalogue says now, by which processes tell whether they still know it."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base


class Edition(Base):
    """One row: a random token, which triggers renew with every change to what the rules are told of.

    Whoever knows the catalogue by an equal token knows it as it is (see `facts.kept`).
    """

    __tablename__ = "catalogue_edition"
    __audited__ = False  # a name, and no act: the change that renews it is recorded

    token: Mapped[str] = mapped_column(String(32))
