"""What our Python must never do, each rule with a text that breaks it and a text that keeps it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.house.sources import SourceCheck, dotted, found_in, nothing, python_files, with_parents

Found = Iterator[tuple[int, str]]

WALL_CLOCK = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$"
)
UNIT_AFTER = re.compile(r"^[ \u00a0]?(?:mcg|mg|g|kg|mL|L|IU|units|mmol|mEq|mm|%)(?:\b|$)")
EXACT = tuple(
    f"formulary/{room}"
    for room in ("rules", "db", "catalogue", "stock", "patients", "patch_tests", "cocktails", "preparations",
                 "administrations", "recalls")
)  # fmt: skip


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called."""
    yield from ((node, dotted(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))


def reads_the_wall_clock(tree: ast.AST) -> Found:
    """Only clock.py knows what time it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and WALL_CLOCK.search(dotted(node)):
            yield node.lineno, f"{dotted(node)} reads the wall clock; take `at` as an argument"


def uses_floats(tree: ast.AST) -> Found:
    """No float touches a dose or a level of stock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"{node.value} is a float"
        if isinstance(node, ast.Name) and node.id == "float" and not _asked(node):
            yield node.lineno, "float is inexact"


def _asked(name: ast.AST) -> bool:
    """Whether it stands in isinstance(), which refuses one."""
    call = getattr(name, "parent", None)
    return isinstance(call, ast.Call) and dotted(call.func) == "isinstance"


def commits(tree: ast.AST) -> Found:
    """The one commit stands in db."""
    for call, name in calls(tree):
        if name.endswith(".commit"):
            yield call.lineno, f"{name}() outside db; the outermost caller opens transaction()"


def writes_raw_sql(tree: ast.AST) -> Found:
    """Raw SQL lives in queries and in db."""
    for call, name in calls(tree):
        last = name.rpartition(".")[2]
        if last in ("exec_driver_sql", "literal_column", "executescript") or name in (
            "text",
            "db.text",
            "sa.text",
            "sqlalchemy.text",
        ):
            yield call.lineno, f"{name}() is raw SQL"
        elif last == "execute" and call.args and isinstance(call.args[0], ast.Constant | ast.JoinedStr):
            yield call.lineno, "execute() of a text is raw SQL"


def trusts_markup(tree: ast.AST) -> Found:
    """Nothing but a constant is taken for finished markup."""
    for call, name in calls(tree):
        last = name.rpartition(".")[2]
        if last == "render_template_string" or (
            last == "Markup" and not all(isinstance(a, ast.Constant) for a in call.args)
        ):
            yield call.lineno, f"{last} of something that is not a constant"


def formats_quantities(tree: ast.AST) -> Found:
    """Only units.show() turns a quantity into words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            for value, after in zip(node.values, node.values[1:], strict=False):
                if (
                    isinstance(value, ast.FormattedValue)
                    and isinstance(after, ast.Constant)
                    and UNIT_AFTER.match(str(after.value))
                ):
                    yield node.lineno, f"writes “{{…}}{str(after.value)[:8]}” by hand"
        if isinstance(node, ast.FormattedValue) and re.search(r"\.\d*[fgen%]", _format(node)):
            yield node.lineno, "a format of decimals"
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in (
            "round",
            "quantize",
            "to_eng_string",
        ):
            yield node.lineno, f"{dotted(node.func)}() outside the units"


def _format(node: ast.FormattedValue) -> str:
    parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    return "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))


def swallows(tree: ast.AST) -> Found:
    """No fault is passed over in silence."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = dotted(node.type) if node.type else "everything"
        silent = all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
        if silent and caught in ("everything", "Exception", "BaseException"):
            yield node.lineno, f"swallows {caught}"


def uses_the_request_as_a_bag(tree: ast.AST) -> Found:
    """Forms have explicit fields."""
    for call, name in calls(tree):
        if name.endswith(".populate_obj") or any(
            k.arg is None and dotted(k.value).startswith("request.") for k in call.keywords
        ):
            yield call.lineno, f"{name}() takes whatever was sent"


@dataclass(frozen=True)
class SourceRule:
    """One convention: the check, texts that break it, texts that keep it, where it holds, what is exempt."""

    check: SourceCheck
    bad: tuple[str, ...]
    good: tuple[str, ...]
    where: tuple[str, ...] = ("formulary",)
    exempt: tuple[str, ...] = ()


RULES = [
    SourceRule(
        reads_the_wall_clock,
        bad=(
            "datetime.now(UTC)",
            "date.today()",
            "datetime.datetime.utcnow()",
            "time.time()",
            "f(datetime.now)",
        ),
        good=("clock.now()", "time.sleep(1)", "time.perf_counter()"),
        where=("formulary", "tests"),
        exempt=("formulary/clock.py",),
    ),
    SourceRule(
        uses_floats,
        bad=("x = 0.5", "float(x)"),
        good=("Fraction('0.5')", "'0.5'", "isinstance(x, float)"),
        where=EXACT,
        exempt=(
            "formulary/patients/queries/names.py",  # how alike two names are
        ),
    ),
    SourceRule(
        commits,
        bad=("db.session.commit()", "session.commit()"),
        good=("x.committed()",),
        exempt=("formulary/db/*", "formulary/migrations/env.py"),
    ),
    SourceRule(
        writes_raw_sql,
        bad=("s.execute(text('SELECT 1'))", "c.execute(f'DELETE FROM {t}')", "c.exec_driver_sql(x)"),
        good=("db.session.execute(db.select(Lot))", "page.text()", "self.text(x)"),
        exempt=(
            "formulary/db/*",
            "formulary/migrations/*",
            "formulary/*/queries.py",
            "formulary/*/queries/*",
            "formulary/*/models.py",  # the condition of a partial index is a text
            "formulary/*/models/*",
        ),
    ),
    SourceRule(
        trusts_markup,
        bad=("Markup(x)", "Markup(f'<b>{x}</b>')", "render_template_string(x)"),
        good=("Markup('<b>')", "Markup('<b>{}</b>').format(x)", "render_template('a.html')"),
    ),
    SourceRule(
        formats_quantities,
        bad=(
            "f'{x} mg'",
            "f'{x}\u00a0mL'",
            "f'{x:.2f}'",
            "f'{x:,.3f}'",
            "round(x, 2)",
            "x.quantize(y)",
            "f'{x} %'",
        ),
        good=("show(x)", "f'{x} minutes'", "f'{x:02d}'", "f'{x:%H:%M}'", "f'{x} mgr'", "f'{count:,} rows'"),
        exempt=(
            "formulary/rules/units/*",
            "formulary/web/svg.py",  # places in a picture, not doses
            "formulary/app/logs.py",  # milliseconds of a request
        ),
    ),
    SourceRule(
        swallows,
        bad=("try:\n  f()\nexcept Exception:\n  pass", "try:\n  f()\nexcept:\n  pass"),
        good=("try:\n  f()\nexcept KeyError:\n  pass", "try:\n  f()\nexcept Exception:\n  raise"),
    ),
    SourceRule(
        uses_the_request_as_a_bag,
        bad=("Lot(**request.form)", "form.populate_obj(lot)"),
        good=("receive(**form.values())",),
    ),
]
NAMES = [rule.check.__name__ for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_sources_keep_the_rule(rule: SourceRule) -> None:
    nothing(found_in(python_files(*rule.where), rule.check, rule.exempt))


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_planted_fault_is_found_and_nothing_else(rule: SourceRule) -> None:
    missed = [text for text in rule.bad if not list(rule.check(with_parents(text)))]
    wrong = [text for text in rule.good if list(rule.check(with_parents(text)))]
    assert (missed, wrong) == ([], [])
