"""`formulary generate` and `formulary bench` on the terminal."""

import json
import re

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from formulary.bench.results import Found
from formulary.bench.running import Plan
from formulary.cli import bench as bench_command
from formulary.cli import main
from formulary.cocktails.models import Cocktail
from formulary.db import db


def run(*words: str) -> Result:
    """The command as a person types it."""
    return CliRunner().invoke(main, words)


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in the app of the test."""
    monkeypatch.setattr("formulary.app.create_app", lambda: app)


def test_generate_says_how_far_it_is(here: None, catalogue: None) -> None:
    db.session.remove()
    said = run("generate", "--cocktails", "30", "--seed", "3", "--days", "9", "--lots", "5")
    assert said.exit_code == 0, said.output
    assert said.stderr.splitlines()[-2:] == ["30 of 30 cocktails", "5 of 5 lots"]
    assert db.session.scalar(db.select(db.func.count(Cocktail.id))) == 30


def test_verify_proves_what_generate_wrote(here: None, catalogue: None) -> None:
    db.session.remove()
    run("generate", "--cocktails", "25")
    said = run("verify")
    assert said.exit_code == 0, said.output
    assert re.match(r"In order: [\d,]+ movements, ", said.output)


def test_generate_without_a_catalogue_says_what_to_do(here: None) -> None:
    said = run("generate", "--cocktails", "1")
    assert (said.exit_code, "Run: formulary seed." in said.stderr) == (1, True), said.output


@pytest.mark.parametrize("command", ["generate", "bench"])
def test_help_ends_in_an_example(command: str) -> None:
    assert f"Example:\n    formulary {command} --" in run(command, "--help").output


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--cocktails", "2000,many", "it takes whole numbers with commas"),
        ("--cocktails", "0", "it takes whole numbers with commas"),
        ("--databases", "oracle", "it takes sqlite and postgresql"),
    ],
)
def test_bench_says_what_an_option_takes(option: str, value: str, words: str) -> None:
    said = run("bench", option, value)
    assert (said.exit_code, words in said.stderr) == (1, True), said.output


@pytest.mark.parametrize("as_json", [True, False])
def test_bench_prints_a_table_or_data(monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    line = Found("verify", "sqlite", "2,000 cocktails", 2.0, 1.0, 2.0)
    monkeypatch.setattr(bench_command, "run", lambda plan, say: [line] * len(plan.cocktails))
    said = run("bench", "--cocktails", "30,20,30", *(["--json"] if as_json else []))
    if as_json:
        assert [row["ratio"] for row in json.loads(said.stdout)] == ["2.00", "2.00"]
    else:
        assert said.stdout.count("verify") == 2


def test_a_bench_is_asked_for_by_movements(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []

    def planned(plan: Plan, _say: object) -> list[Found]:
        plans.append(plan)
        return []

    monkeypatch.setattr(bench_command, "run", planned)
    run("bench", "--movements", "1000000", "--databases", "sqlite")
    run("bench", "--cocktails", "70,20")
    assert [plan.cocktails for plan in plans] == [(43_479,), (20, 70)]
