"""The browser rig itself: what it types arrives, and what is wrong with a page is told."""

from pathlib import Path

import pytest
from flask import Flask, request
from playwright.sync_api import Browser

from tests.journeys.conftest import somebody
from tests.support.browser import PHONE, Person
from tests.support.server import serving

SOUND = """<!DOCTYPE html><html lang="en"><title>Rig</title><main><h1>Rig</h1>
<form method="post"><label for="a">Code</label> <input id="a" name="a" autofocus>
<button>Send</button></form></main></html>"""
FAULTY = """<!DOCTYPE html><html><title>Rig</title><img src="https://elsewhere.invalid/x.png">
<input><p style="width:900px">wide</p><script>console.error("oh")</script></html>"""


def rig() -> Flask:
    """An app of two pages."""
    app = Flask("rig", static_folder=None)
    app.add_url_rule("/", "sound", lambda: SOUND + request.form.get("a", ""), methods=["GET", "POST"])
    app.add_url_rule("/faulty", "faulty", lambda: FAULTY)
    app.add_url_rule("/favicon.ico", "icon", lambda: "")
    return app


def person(chromium: Browser, address: str, folder: Path) -> Person:
    """Somebody with a small screen."""
    return somebody(chromium, address, folder, screen=PHONE)


def test_a_person_opens_types_and_takes_a_picture(chromium: Browser, tmp_path: Path) -> None:
    with serving(rig()) as address:
        somebody_here = person(chromium, address, tmp_path).open("/").fits().is_accessible()
        somebody_here.fill("Code", "0952").press("Send").sees("0952")
        somebody_here.shot("rig")
        assert (tmp_path / "rig.png").stat().st_size > 1000
        assert somebody_here.faults == []


def test_a_scanner_sends_its_separators(chromium: Browser, tmp_path: Path) -> None:
    with serving(rig()) as address:
        scanner = person(chromium, address, tmp_path).open("/")
        scanner.page.evaluate(
            "addEventListener('keydown', e => (window.keys ??= []).push([e.key, e.ctrlKey]))"
        )
        scanner.scan("10LOT\x1d21S", end="")
        keys = scanner.page.evaluate("keys.filter(k => k[0] != 'Control' && k[0] != 'Shift')")
        assert "".join("<GS>" if ctrl else key for key, ctrl in keys) == "]d210LOT<GS>21S"


def test_faults_of_a_page_are_told(chromium: Browser, tmp_path: Path) -> None:
    with serving(rig()) as address:
        visitor = person(chromium, address, tmp_path).open("/faulty")
        visitor.page.wait_for_load_state("networkidle")
        told = " ".join(visitor.faults)
        assert "oh" in told and "elsewhere.invalid" in told
        with pytest.raises(AssertionError, match="image-alt"):
            visitor.is_accessible()
        with pytest.raises(AssertionError, match="wider than the screen"):
            visitor.fits()
