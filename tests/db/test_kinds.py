"""What a column may hold: no column of a proved table is one of which nobody could tell."""

from types import SimpleNamespace

import pytest
from sqlalchemy import Boolean, Column, MetaData, String, Table, Text

from formulary.db import CanonicalJson
from formulary.db.kinds import vouched


@pytest.mark.parametrize("kind", [String(20), Text(), CanonicalJson()], ids=str)
def test_an_absent_text_that_reads_like_an_empty_one_is_a_fault_of_ours(app, kind):
    with pytest.raises(TypeError, match="absent"):
        vouched("v", of(Column("told", kind)))


def test_a_kind_of_which_nobody_could_tell_is_a_fault_of_ours(app):
    with pytest.raises(TypeError, match="Nobody knows what"):
        vouched("v", of(Column("told", Boolean, nullable=False)))


def of(column):
    """A model of one column."""
    return SimpleNamespace(__table__=Table("of_kinds", MetaData(), column))
