"""The live answer: what comes back while a cocktail of ten lines is typed, and as the catalogue grows."""

import re
from dataclasses import dataclass

from flask import Blueprint, Flask, g, render_template

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record
from formulary.bench.browser import HIDDEN, Browser, NoPage, sign_in
from formulary.bench.clinic import BY, Clinic
from formulary.bench.measures.compose import ten_lines
from formulary.bench.measures.pages import Seen, queries_of
from formulary.bench.timing import Effort, Pair, alone, compare
from formulary.catalogue.models import Ingredient, Product
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.facts import Content
from formulary.cocktails.labels.entry import MAKE_UP
from formulary.cocktails.views.composing import Composing
from formulary.db import bulk, db, transaction

LIVE = {"HX-Request": "true"}
TEN_MG, ONE_ML = 10_000_000, 1_000_000


@dataclass(frozen=True)
class Typing:
    """Somebody at the compose page of a saved draft, and what the page sends with every keystroke."""

    browser: Browser
    cocktail_id: int
    values: dict[str, str]

    def answer(self) -> bytes:
        """The live answer."""
        return self.browser.send(f"/cocktails/{self.cocktail_id}/preview", self.values, LIVE)

    def rendered(self) -> bytes:
        """The same fragment, rendered from what a first asking found."""
        return self.browser.send(f"/bench/cocktails/{self.cocktail_id}", self.values, LIVE)


def begin(clinic: Clinic) -> Typing:
    """A draft of ten lines, its page open."""
    content = ten_lines()
    key = saved_draft(clinic, content)
    browser = sign_in(clinic.app, "practitioner")
    page = browser.page(f"/cocktails/{key}/compose").decode()
    units = {f"lines-{n}-unit": line.unit or MAKE_UP for n, line in enumerate(content.lines)}
    return Typing(browser, key, dict(HIDDEN.findall(page)) | units | {"route": content.route})


def saved_draft(clinic: Clinic, content: Content) -> int:
    """A cocktail that is being composed; its key."""
    by, at = clinic.actor("practitioner"), clock.now()
    assert content.patient_id is not None  # noqa: S101 - the history has patients
    with transaction():
        key: int = cocktails.create_draft(content.patient_id, at=at, by=by).id
    version = queries.revision(queries.cocktail(key, by)).row_version
    with transaction():
        cocktails.save_draft(key, content, version=version, at=at, by=by)
    return key


def add_floor(app: Flask) -> None:
    """A page that renders the fragment from what its first request found, and asks nothing more.

    It is added before the app's first request."""
    room = Blueprint("bench_live", __name__, url_prefix="/bench/cocktails")
    known: dict[int, Composing] = {}

    @room.post("/<id:cocktail_id>")
    @requires(Permission.COMPOSE)
    def preview(cocktail_id: int) -> str:
        if cocktail_id not in known:
            known[cocktail_id] = Composing(cocktail_id, by=g.actor, at=clock.now())
        work = known[cocktail_id]
        return render_template("cocktails/preview.html", work=work, form=work.form)

    app.register_blueprint(room)


def measure(typing: Typing, effort: Effort) -> Pair:
    """The live answer, and the same fragment rendered from constants; raises NoPage where it is another."""
    check_same(typing.answer(), typing.rendered())
    return compare(typing.answer, typing.rendered, effort)


def check_same(ours: bytes, floor: bytes) -> None:
    """Refuse to compare two pages that differ by more than the time of day."""
    if re.sub(rb"\d", b"", ours) != re.sub(rb"\d", b"", floor):
        raise NoPage("The live answer and its floor say different things")


def seen(typing: Typing, effort: Effort) -> Seen:
    """How long the live answer takes, and how many statements it sends once the catalogue is known."""
    return Seen(alone(typing.answer, effort), queries_of(typing.answer))


def ingredients() -> int:
    """How many there are in the catalogue."""
    return db.session.scalar(db.select(db.func.count(Ingredient.id))) or 0


def widen(to: int) -> None:
    """Add invented ingredients, each with a product, until there are so many."""
    count = ingredients()
    with transaction():
        first = bulk.first_keys([Ingredient, Product])
        added = range(max(0, to - count))
        bulk.load(Ingredient, [_ingredient(first[Ingredient] + n) for n in added])
        bulk.load(Product, [_product(first[Product] + n, first[Ingredient] + n) for n in added])
        row = db.session.scalars(db.select(Ingredient).limit(1)).one()
        record("bench.widen", row, by=BY, at=clock.now(), new={"ingredients": to})


def _ingredient(key: int) -> dict[str, object]:
    return {"id": key, "name": f"Invented {key}", "row_version": 1}


def _product(key: int, ingredient_id: int) -> dict[str, object]:
    strength = {"strength_amount": TEN_MG, "strength_volume": ONE_ML, "dimension": "mass"}
    named = {"id": key, "ingredient_id": ingredient_id, "name": f"Invented product {key}", "row_version": 1}
    return named | strength
