"""Turns: on SQLite acts write one after the other, in the order in which they came."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine

from formulary.db import db, transaction, turns
from formulary.db.turns import in_turn

HOLDS = """
import sys, time
from sqlalchemy import create_engine
from formulary.db.turns import in_turn
with in_turn(create_engine(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(600)
"""
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return create_engine(f"sqlite:///{tmp_path / 'clinic'}.db")


def is_held(engine: Engine, beside: str) -> bool:
    with Path(f"{engine.url.database}{beside}").open("w") as handle:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return True
    return False


def until_somebody_waits(engine: Engine) -> None:
    until = time.monotonic() + 60
    while not is_held(engine, "-line"):
        assert time.monotonic() < until, "Nobody stands in line"
        time.sleep(0.001)


def test_who_comes_first_is_next(engine: Engine) -> None:
    came: list[str] = []

    def stand(name: str) -> None:
        with in_turn(engine):
            came.append(name)

    with ThreadPoolExecutor(2) as pool, in_turn(engine):
        pool.submit(stand, "first")
        until_somebody_waits(engine)
        pool.submit(stand, "second")
        came.append("whoever writes")
    assert came == ["whoever writes", "first", "second"]


def test_who_has_stood_long_enough_leaves_it_to_the_database(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.01)
    with in_turn(engine), in_turn(engine):
        assert not is_held(engine, "-line")


def test_a_process_that_was_killed_gives_its_turn_back(engine: Engine) -> None:
    command = [sys.executable, "-c", HOLDS, str(engine.url)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert is_held(engine, "-turn")
        process.kill()
    assert not is_held(engine, "-turn")


def test_a_failure_gives_the_turn_back(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), in_turn(engine):
        raise ZeroDivisionError
    assert not is_held(engine, "-turn")


def test_an_act_waits_for_its_turn_and_keeps_it(app: Flask) -> None:
    engine = db.engine

    def act() -> bool:
        with app.app_context(), transaction():
            return is_held(engine, "-turn")

    with ThreadPoolExecutor(1) as pool:
        with in_turn(engine):
            waiting: Future[bool] = pool.submit(act)
            until_somebody_waits(engine)
            assert not waiting.done()
        assert waiting.result()
    assert not is_held(engine, "-turn")


def test_whoever_may_write_to_the_database_may_stand_in_its_line(engine: Engine) -> None:
    file = Path(engine.url.database or "")
    file.touch()
    file.chmod(0o660)
    with in_turn(engine):
        beside = [Path(f"{file}{name}").stat() for name in turns.BESIDE]
    assert {(one.st_mode & 0o777, one.st_uid, one.st_gid) for one in beside} == {
        (0o660, file.stat().st_uid, file.stat().st_gid)
    }


def test_a_database_in_memory_has_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with in_turn(create_engine("sqlite:///:memory:")):
        assert list(tmp_path.iterdir()) == []
