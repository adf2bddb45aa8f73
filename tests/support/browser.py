"""A person at a real browser: opens pages, types, scans, and is told of every fault of the page."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Playwright, expect

from tests.support.builders.accounts import PASSWORD

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
AXE = Path(__file__).parents[1] / "assets/axe/axe.min.js"
RUN_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    v => `${v.impact} ${v.id}: ${v.nodes.map(n => n.target.join(" ") + n.html.slice(0, 160)).join(" | ")}`)"""
ANY_PACE = """document.addEventListener("DOMContentLoaded", () => Object.assign(
    document.body.dataset, {scanPace: "2000", scanIdle: "5000"}))"""  # a busy machine types slowly
MEANT = re.compile(r"the server responded with a status of (403|404|409|422|429)")
DESK, PHONE = (1280, 900), (390, 844)
GROUP_SEPARATOR = "\x1d"
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium without a screen, without a word to the outside."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@cache
def axe() -> str:
    """The accessibility checker's source."""
    return AXE.read_text(encoding="utf-8")


@dataclass
class Person:
    """Somebody at a browser of their own; `faults` collects what the pages did wrong.

    `shots` is where pictures are kept, `audits` whether axe-core looks at the pages.
    """

    name: str
    address: str
    context: BrowserContext
    shots: Path | None
    audits: bool = True
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the first tab and listen for faults."""
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(ANY_PACE)
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._watch(request.url))

    def open(self, path: str) -> Person:
        """Go to a page of the app."""
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.status < 400, f"{path}: {answer.status if answer else 'nothing'}"
        return self

    def sign_in(self) -> Person:
        """Sign in through the page, with the password of the tests."""
        self.open("/accounts/sign-in")
        self.page.locator("input[name=username]").fill(self.name)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("form:has(input[name=password]) button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self

    def fill(self, label: str, value: str) -> Person:
        """Type into the field with this label."""
        self.field(label).fill(value)
        return self

    def choose(self, label: str, choice: str) -> Person:
        """Choose an option, by its words, in the list with this label."""
        self.field(label).select_option(label=choice)
        return self

    def tick(self, label: str) -> Person:
        """Tick the box, or pick the radio button, with this label."""
        self.field(label).check()
        return self

    def field(self, label: str) -> Locator:
        """The control with this label."""
        return self.page.get_by_label(label, exact=True)

    def signs(self) -> Person:
        """Type one's own password where an act is to be signed."""
        self.page.locator("#own_secret").fill(PASSWORD)
        return self

    def press(self, words: str) -> Person:
        """Press the button with these words; the page it leads to is whole when this returns."""
        return self._click(self.page.get_by_role("button", name=words).first)

    def follow(self, words: str) -> Person:
        """Follow the link with these words; the page it leads to is whole when this returns."""
        return self._click(self.page.get_by_role("link", name=words).first)

    def all(self, found: Locator) -> list[Locator]:
        """Every element of this kind, once the first is there: an empty list is walked past in silence."""
        found.first.wait_for()
        return found.all()

    def sees(self, words: str | re.Pattern[str]) -> Person:
        """Wait until the page says this, and is read to its end."""
        expect(self.page.locator("body")).to_contain_text(words)
        return self._read()

    def scan(self, code: str, aim: str = "]d2", end: str = "Enter") -> Person:
        """Type as a scanner does, into whatever has the focus: fast, FNC1 as Ctrl+], Enter at the end."""
        for number, part in enumerate((aim + code).split(GROUP_SEPARATOR)):
            if number:
                self.page.keyboard.press("Control+BracketRight")
            self.page.keyboard.type(part)
        if end:
            self.page.keyboard.press(end)
        return self

    def is_accessible(self) -> Person:
        """Fail where axe-core finds anything on the page as it stands."""
        if not self.audits:
            return self
        self.page.evaluate(axe())
        found = self.page.evaluate(RUN_AXE)
        assert found == [], f"{self.page.url}: " + "\n".join(found)
        return self

    def fits(self) -> Person:
        """Fail where the page is wider than the screen."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the screen"
        return self

    def shot(self, name: str) -> Person:
        """A picture of the whole page, where FORMULARY_SHOTS names a folder."""
        if self.shots is not None:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        return self

    def _click(self, target: Locator) -> Person:
        # A click waits until the next page begins to arrive, not until it is read to its end.
        target.click()
        return self._read()

    def _read(self) -> Person:
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not MEANT.search(said.text):
            self.faults.append(said.text)

    def _watch(self, url: str) -> None:
        if not url.startswith((self.address, "blob:", "about:")):
            self.faults.append(f"asks {url} of somebody else")


def shots_folder() -> Path | None:
    """Where pictures go: FORMULARY_SHOTS; none are made where it is not set."""
    if "FORMULARY_SHOTS" not in os.environ:
        return None
    folder = Path(os.environ["FORMULARY_SHOTS"]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder
