"""The audit trail and the access log, as far as the asker's roles see them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request

from formulary.accounts import Actor, AuditSight, Permission, requires
from formulary.accounts.forms import AccessForm, TrailForm
from formulary.audit import queries
from formulary.audit.labels import changes
from formulary.audit.queries import Filter, Whose
from formulary.web import fields as f
from formulary.web.paging import Window

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/trail")
@requires(Permission.READ_AUDIT)
def trail() -> tuple[str, int]:
    """Every act and every refused attempt that one may see, the newest first."""
    whose = _sight(g.actor)
    form = TrailForm()
    acts, kinds = queries.recent_acts(whose)
    form.person.choices = f.choices(queries.people_in(whose), empty="Anybody")
    form.act.choices = f.choices([(act, act) for act in acts], empty="Any")
    form.kind.choices = f.choices([(kind, kind.replace("_", " ")) for kind in kinds], empty="Any")
    wanted = _filter(form) if form.validate() else Filter()
    page = queries.trail(whose, wanted, Window.of(request.args))
    told = {entry.id: changes(entry) for entry in page.rows}
    shown = render_template("audit/trail.html", form=form, page=page, told=told, kept=_kept(form))
    return shown, 422 if form.errors else 200


@bp.get("/access")
@requires(Permission.READ_ACCESS)
def access() -> tuple[str, int]:
    """Who looked at patients, the newest first."""
    form = AccessForm()
    form.person.choices = f.choices(queries.people_in(_sight(g.actor)), empty="Anybody")
    wanted = (
        Filter(form.person.data, since=_since(form), before=_before(form)) if form.validate() else Filter()
    )
    page = queries.access_log(wanted, Window.of(request.args))
    shown = render_template("audit/access.html", form=form, page=page, kept=_kept(form))
    return shown, 422 if form.errors else 200


def _sight(actor: Actor) -> Whose:
    sight = actor.audit_sight
    return Whose(actor.person_id, everybody=sight is AuditSight.ALL, cases=sight is AuditSight.CASES)


def _filter(form: TrailForm) -> Filter:
    return Filter(
        person_id=form.person.data,
        act=form.act.data or None,
        outcome=form.outcome.data or None,
        kind=form.kind.data or None,
        object_id=form.id.data,
        since=_since(form),
        before=_before(form),
    )


def _since(form: TrailForm | AccessForm) -> datetime | None:
    return _begins(form.since.data)


def _before(form: TrailForm | AccessForm) -> datetime | None:
    until: date | None = form.until.data
    return _begins(until + timedelta(days=1)) if until else None


def _begins(day: date | None) -> datetime | None:
    """The first instant of a day at the site."""
    return datetime.combine(day, time(), ZoneInfo(g.site.zone)).astimezone(UTC) if day else None


def _kept(form: TrailForm | AccessForm) -> dict[str, str]:
    return {name: request.args[name] for name in form.values() if request.args.get(name)}
