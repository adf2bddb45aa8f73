"""`formulary check FILE`: the report on the terminal, its JSON, and its three exit codes."""

import json

import pytest
from click.testing import CliRunner

from formulary.audit.models import AuditEntry
from formulary.cli import check as command
from formulary.cli import main
from formulary.db import db
from formulary.rules.findings import Finding, Level, Report
from tests.cocktails.test_files import MELASMA
from tests.support.road import clinic, ready
from tests.support.terminal import formulary
from tests.support.world import settings_for

__all__ = ["clinic", "ready"]

BLOCKED = MELASMA + '[[line]]\nproduct = "Kybella"\ndose = "2 mg"\n'


@pytest.fixture
def own_database(database, clinic, monkeypatch, made_apps):
    """The environment names the database of the test."""
    settings = settings_for(database.url)
    monkeypatch.setenv("FORMULARY_DATABASE_URL", database.url)
    monkeypatch.setenv("FORMULARY_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("FORMULARY_LEDGER_KEY", settings.ledger_key)


@pytest.fixture
def check(own_database, tmp_path):
    """Check a file with this text, in the process of the test: `check(text, "--json")`."""

    def run(text, *options):
        db.session.rollback()
        result = CliRunner().invoke(main, ["check", written(tmp_path, text), *options])
        db.session.rollback()
        return result.exit_code, result.output

    return run


def written(folder, text):
    """The path of a file with this text."""
    file = folder / "cocktail.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_cocktail_is_told_line_by_line_and_nothing_blocks(check):
    status, words = check(MELASMA)
    assert status == 0, words
    assert " 1  tranexamic acid" in words
    assert "pairs known 2 of 6; prepared now, use before" in words
    assert words.rstrip().endswith("Verdict: stop")


def test_the_json_has_every_figure_as_text_with_its_unit(check):
    status, words = check(MELASMA, "--json")
    told = json.loads(words)
    assert (status, told["verdict"], told["total_volume"]) == (0, "stop", "5 mL")
    assert told["pairs"] == {"known": 2, "total": 6}
    assert told["lines"][0] == {
        "number": 1, "product": "tranexamic acid", "dose": "20 mg", "volume": "0.2 mL",
        "draw_volume": "0.2 mL", "achieved_dose": "20 mg", "concentration": "4 mg/mL",
    }  # fmt: skip
    assert told["lines"][2]["draw_volume"] == "0.67 mL"
    assert told["beyond_use"]["limited_by"].startswith("lot GSH-0600")
    assert {"code", "result", "level", "subject", "reason", "remedy", "source"} <= told["findings"][0].keys()


def test_what_blocks_exits_with_1(check):
    status, words = check(BLOCKED)
    assert status == 1
    assert "BLOCK    mix.do_not_mix" in words
    assert words.rstrip().endswith("Verdict: block")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("level", "verdict", "status"),
    [
        (None, "pass", 0),
        (Level.INFO, "info", 0),
        (Level.WARN, "warn", 0),
        (Level.STOP, "stop", 0),
        (Level.BLOCK, "block", 1),
    ],
)
def test_the_verdict_is_the_worst_that_is_open_and_only_a_block_exits_with_1(
    check, monkeypatch, level, verdict, status
):
    found = () if level is None else (Finding("a.code", "it", "Because.", level=level),)
    monkeypatch.setattr(command.checklist, "run", lambda _, stage: Report(stage, "set", "hash", found))
    exited, words = check(MELASMA, "--json")
    assert (exited, json.loads(words)["verdict"]) == (status, verdict)


@pytest.mark.databases("sqlite")
def test_what_a_patient_answered_changes_the_findings_and_not_the_shape_of_the_json(check):
    bare, answered = (
        json.loads(check(f"patient = {{ {said} }}\n{MELASMA}", "--json")[1])
        for said in ("", 'answers = { subarachnoid_haemorrhage = "yes" }')
    )
    assert answered.keys() == bare.keys()
    assert (bare["verdict"], answered["verdict"]) == ("stop", "block")
    [found] = [x for x in answered["findings"] if x["code"] == "condition.contraindicated"]
    assert (found["level"], found["subject"]) == ("block", "Subarachnoid haemorrhage")


@pytest.mark.databases("sqlite")
def test_a_misspelt_question_exits_with_2_and_names_the_nearest(check):
    status, words = check(f'patient = {{ answers = {{ pregnacy = "no" }} }}\n{MELASMA}')
    assert (status, words.strip()) == (
        2,
        "line 1: No question here is called “pregnacy”. What may be meant: pregnancy.",
    )


def test_a_file_that_cannot_be_read_exits_with_2_and_names_its_lines(check):
    status, words = check(MELASMA.replace("5 mL", "5 cc").replace("4 mg/mL", "4"))
    assert status == 2
    assert [line.partition(":")[0] for line in words.splitlines()] == ["line 2", "line 5"]


# How a process ends does not depend on the database.
@pytest.mark.databases("sqlite")
def test_as_a_process_of_its_own_it_exits_the_same(clinic, database, tmp_path):
    db.session.remove()
    db.engine.dispose()
    status, words = formulary(database.url, "check", written(tmp_path, BLOCKED))
    assert (status, words.rstrip().endswith("Verdict: block")) == (1, True)
    status, words = formulary(database.url, "check", str(tmp_path / "nothing.toml"))
    assert (status, "No such file" in words) == (2, True)


def test_no_such_site_says_so(check):
    status, words = check(MELASMA, "--site", "Nowhere")
    assert (status, "There is no site Nowhere; there are " in words) == (1, True)


def test_nothing_is_written(check):
    entries = db.select(db.func.count(AuditEntry.id))
    before = db.session.scalar(entries)
    check(MELASMA)
    assert db.session.scalar(entries) == before
