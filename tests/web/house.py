"""A small house of its own for the tests of `web`: one form with every field, one page with every part."""

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, abort, flash, g, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import Forbidden, TooManyRequests

from formulary import web
from formulary.db import Busy, Missing, Stale
from formulary.rules.findings import Finding, Fix, Level, Refused, Result, refuse
from formulary.rules.units import MASS, VOLUME, Quantity
from formulary.web import barcodes, fields
from formulary.web.forms import Form, SearchForm
from formulary.web.svg import Link, Node

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 24, 8, 12, tzinfo=UTC)
LOTS = [("L2231", "available", "expires 30 Nov 2027", "34.49"), ("G4405", "held", "held: recall R-7", "0.5")]


class EverythingForm(Form):
    """One field of each kind."""

    scan = fields.ScanField("Scan the pack", hint="Scan the code, or paste it with its brackets.")
    name = fields.TextField("Name", [fields.Required()])
    lot = fields.LotField("Lot", [fields.Required()])
    amount = fields.QuantityField("Dose", [fields.Required()], units=MASS, unit="mg")
    volume = fields.QuantityField(
        "Volume", units=VOLUME, least=Quantity.of("0.01", "mL"), most=Quantity.of(100, "mL")
    )
    vials = fields.CountField("Vials", word="vials")
    expires_on = fields.DateField("Expiry printed on the pack")
    drawn_at = fields.InstantField("Drawn at")
    product = fields.IdSelect(
        "Product", choices=fields.choices([(1, "tranexamic acid"), (2, "glutathione")], empty="Choose…")
    )
    route = fields.ChoiceField(
        "Route", choices=fields.choices([("id", "intradermal"), ("sc", "subcutaneous")])
    )
    pregnant = fields.AnswerField("Pregnant")
    sex = fields.OneOf("Sex", choices=fields.choices([("f", "female"), ("m", "male")]))
    sites = fields.SeveralOf("Sites", choices=fields.choices([("face", "face"), ("scalp", "scalp")]))
    quarantine = fields.YesField("Into quarantine")
    notes = fields.NotesField("Notes")
    word = fields.SecretField("Password")
    row = fields.IdField()


class FindForm(SearchForm):
    """A search."""

    q = fields.TextField("Find")


def findings() -> list[Finding]:
    """One finding of each kind."""
    above = "Glutathione 150 mg is 30 mg above the most one session may hold (120 mg)."
    return [
        Finding(
            "dose.above_max",
            "glutathione",
            above,
            "Reduce it, or ask a second clinician to co-sign.",
            level=Level.STOP,
            rule="D1",
            source="clinic formulary, glutathione v7",
            line=3,
            inputs=(("dose", "150 mg"), ("limit", "120 mg")),
            fixes=(Fix("Reduce to 120 mg", "amount", "120 mg"),),
        ),
        Finding(
            "pair.no_data",
            "pair",
            "No data for these two.",
            level=Level.WARN,
            result=Result.UNKNOWN,
            rule="C4",
        ),
        Finding(
            "medicine.caution", "medicine", "Tranexamic acid with a contraceptive.", level=Level.WARN, line=2
        ),
        Finding(
            "lot.expired",
            "lot",
            "Lot L2231 expired at the end of 30 Nov 2027.",
            "Take another lot.",
            level=Level.BLOCK,
        ),
        Finding(
            "limit.unknown",
            "limit",
            "Limit unknown.",
            level=Level.STOP,
            accepted="Accepted in formula Glow v4.",
        ),
    ]


def _who() -> None:
    signed_in = request.headers.get("X-Signed-In", "1") == "1"
    g.actor = SimpleNamespace(name="Manon Roux") if signed_in else None
    mark = request.args.get("mark") or request.headers.get("X-Mark", ".")
    g.site = (
        SimpleNamespace(name="Lyon Bellecour", decimal_mark=mark, zone="Europe/Paris") if signed_in else None
    )


def _everything() -> tuple[str, int]:
    form = EverythingForm()
    if form.validate_on_submit():
        return repr(form.values()), 200
    return render_template("everything.html", form=form), 422 if form.errors else 200


def _parts() -> str:
    ml = [Quantity.of(text, "mL") for text in ("1", "0.01", "0.51")]
    return render_template(
        "parts.html",
        form=EverythingForm(),
        findings=findings(),
        lots=LOTS,
        at=AT,
        syringe_sizes=ml,
        ratio=Fraction(5, 4),
        mass=Quantity.of("12845", "mg"),
        barcode=barcodes.own("C-1842"),
        gs1=barcodes.gs1("09506000134352", date(2027, 11, 30), "L2231", "S1"),
        columns=[[Node("d", "Delivery"), Node("e", "Delivery 2")], [Node("l", "Lot L2231", "34 mL", "held")]],
        links=[Link("d", "l"), Link("e", "l", hot=True)],
        passed=[Finding("lot.usable", "lot", "Lot is usable", result=Result.PASS, rule="L1")],
    )


def _raise(what: str) -> str:
    faults = {
        "missing": Missing("lot 7"),
        "stale": Stale(SimpleNamespace(id=7)),
        "stale-gone": Stale(None),
        "busy": Busy("locked"),
        "refused": refuse("lot.held", "lot", "Lot G4405 is on hold.", "Take another lot."),
        "two": Refused(*findings()[:2]),
        "not-allowed": Forbidden(),
        "many": TooManyRequests(retry_after=30),
        "fault": ZeroDivisionError("secret detail"),
    }
    if what.isdecimal():
        abort(int(what))
    raise faults[what]


def _find() -> str:
    return f"q={request.form.get('q', '')!r} captured={request.form.get('q-captured', '')!r}"


def _look() -> str:
    form = FindForm()
    return form.q.data if form.validate() else repr(form.errors)


def _flash() -> object:
    flash("Lot L2231 is on the shelf.")
    return redirect("/parts")


def _preview() -> str:
    return render_template("preview.html", shown=request.form.get("amount", ""))


def make_app(**config: object) -> Flask:
    """The app of this small house."""
    app = Flask(
        "formulary", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "formulary" / "static")
    )
    app.config.update(SECRET_KEY="test " * 8, TESTING=True, **config)
    pages = FileSystemLoader(Path(__file__).parent / "pages")
    app.jinja_loader = ChoiceLoader([pages, FileSystemLoader(ROOT / "templates")])
    web.init_app(
        app,
        hsts=bool(config.get("HSTS")),
        who_changed=lambda row: f"Noah Blanc changed row {row.id} at 08:14.",
    )
    app.before_request(_who)
    app.context_processor(lambda: {"navigation": _navigation, "demo": True, "role_words": "Pharmacist"})
    both = ["GET", "POST"]
    app.add_url_rule("/", "today", lambda: render_template("everything.html", form=EverythingForm()))
    app.add_url_rule("/everything", "everything", _everything, methods=both)
    app.add_url_rule("/parts", "parts", _parts)
    app.add_url_rule("/raise/<what>", "fault", _raise, methods=both)
    app.add_url_rule("/find", "overview.find", _find, methods=["POST"])
    app.add_url_rule("/search", "search", _look)
    app.add_url_rule("/sign-out", "accounts.sign_out", lambda: "out", methods=["POST"])
    app.add_url_rule("/flash", "flash", _flash)
    app.add_url_rule("/bench", "bench", lambda: render_template("bench.html", form=EverythingForm()))
    app.add_url_rule("/preview", "preview", _preview, methods=["POST"])
    return app


def _navigation() -> list[tuple[str, str, str, int]]:
    return [
        ("Today", "today", "sun", 0),
        ("Everything", "everything", "eyedropper", 0),
        ("Parts", "parts", "box-seam", 0),
        ("Bench", "bench", "people", 0),
        ("Recalls", "parts", "megaphone", 1),
        ("No such room", "nowhere.at_all", "list", 0),
    ]
