"""`formulary recall` run in the process of a test, on its database and by its clock."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from formulary.cli import main
from formulary.db import db
from tests.recalls.reading import the_story

__all__ = ["recall", "story", "told"]


@pytest.fixture
def recall(app, monkeypatch):
    """The command in the app of the test: `recall("TX-1", "--as", "recall", status=0)`."""
    monkeypatch.setattr("formulary.app.create_app", lambda: app)

    def run(*words, status=0):
        db.session.rollback()
        result = CliRunner().invoke(main, ["recall", *words])
        db.session.rollback()
        assert result.exit_code == status, (result.output, result.exception)
        return result

    return run


@pytest.fixture
def told(recall):
    """The answer for programs: `told("TX-1", "recall")`."""
    return lambda lot, who, *more, status=0: json.loads(
        recall(lot, "--as", who, "--json", *more, status=status).stdout
    )


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)
