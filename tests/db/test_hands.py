"""Several processes at one instant: one that fails or is killed is told, and none outlives whoever waits."""

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import Any

import pytest
from flask import Flask

from formulary.db import db, hands

LONG = 30
"""Seconds after which nothing will come any more."""


def all_that(*works: hands.Work) -> list[Any]:
    with hands.side_by_side(works) as begin:
        return list(begin("told"))


def say_it_again(send: hands.Send, told: Any) -> None:
    send(told)


def fail(_send: hands.Send, _told: Any) -> None:
    raise ZeroDivisionError


def killed(_send: hands.Send, _told: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_in_a_word(send: Any, told: Any) -> None:
    os.write(send.__self__.fileno(), b"\0\0\0\x64half of it")
    killed(send, told)


def test_each_is_told_and_all_they_send_comes(app: Flask) -> None:
    assert all_that(say_it_again, say_it_again) == ["told", "told"]


@pytest.mark.parametrize(
    ("work", "words"),
    [(fail, "ZeroDivisionError"), (killed, "before its time"), (killed_in_a_word, "before its time")],
)
def test_one_that_fails_or_is_killed_is_told(app: Flask, work: hands.Work, words: str) -> None:
    with pytest.raises(RuntimeError, match=words):
        all_that(say_it_again, work)


def test_one_that_is_killed_before_it_reads_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    here, stand = os.getpid(), hands._stand_at
    monkeypatch.setattr(
        hands, "_stand_at", lambda moment: stand(moment) if os.getpid() == here else killed(print, "")
    )
    with pytest.raises(RuntimeError, match="before its time"):
        all_that(say_it_again)


def test_no_process_outlives_the_one_that_waits_for_it(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose()
    told, tell = os.pipe()
    waiting = get_context("fork").Process(target=all_that, args=[_talking(tell)] * 2)
    waiting.start()
    os.close(tell)
    pids = [_line(told) for _ in range(2)]
    waiting.kill()
    waiting.join()
    try:
        assert _line(told) == "", "one of them still talks"
    finally:
        os.close(told)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def _talking(tell: int) -> Callable[[hands.Send, Any], None]:
    """Says its number, and talks for ever; `tell` closes where it ends."""

    def work(send: hands.Send, told: Any) -> None:
        os.write(tell, f"{os.getpid():>10}".encode())
        while True:
            send(told)

    return work


def _line(told: int) -> str:
    """The next number, nothing where all who could tell one have ended."""
    ready, _, _ = select.select([told], [], [], LONG)
    return os.read(told, 10).decode() if ready else "nobody ended"
