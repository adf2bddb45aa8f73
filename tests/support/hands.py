"""Somebody at a browser who touches no mouse: what it costs in key presses is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.support.browser import Person

FOCUSED = "() => { const e = document.activeElement; return [e.id, e.textContent.trim(), e.name || ''] }"
MOST_TABS = 60


@dataclass
class Hands:
    """Somebody who touches no mouse; `keys` counts what they press, a scanner's keys are its own."""

    person: Person
    keys: int = 0

    def press(self, *keys: str) -> Hands:
        """These keys, one after the other."""
        for key in keys:
            self.keys += 1
            self.person.page.keyboard.press(key)
        self.person.page.wait_for_load_state("domcontentloaded")
        return self

    def type(self, text: str) -> Hands:
        """A text, key by key."""
        self.keys += len(text)
        self.person.page.keyboard.type(text)
        return self

    def tab_to(self, words: str) -> Hands:
        """Tab until what has the focus says this, or has this name."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            if any(words == told or words in told for told in self.person.page.evaluate(FOCUSED) if told):
                return self
        raise AssertionError(f"No Tab reaches {words} on {self.person.page.url}")

    def scan(self, code: str) -> Hands:
        """The scanner types; nobody has put the focus anywhere."""
        self.person.scan(code)
        self.person.page.wait_for_load_state("domcontentloaded")
        return self

    def on(self, words: str) -> Hands:
        """The page with this heading is there, read to its end."""
        expect(self.person.page.locator("h1")).to_contain_text(words)
        self.person.page.wait_for_load_state("load")
        return self

    def sees(self, words: str | re.Pattern[str]) -> Hands:
        """The page says so."""
        self.person.sees(words)
        return self
