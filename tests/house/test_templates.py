"""What a template must never do: compute, ask the database, trust markup, grow long."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, TemplateSyntaxError, nodes

from tests.house.sources import nothing, short, templates

ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.Neg)
FILTERS = {"safe", "round", "sum", "int", "float", "format", "abs", "filesizeformat", "forceescape"}
QUERIES = {"query", "filter_by", "execute", "scalar", "scalars", "session", "select", "commit"}
INLINE = re.compile(
    r"<style\b|<script\b(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|hx-on|\bjs:|=\"data:"
)
ELSEWHERE = re.compile(r"""(?:src|srcset|href|action|hx-(?:get|post))=["'](?:https?:)?//""")
LONGEST = 150

BAD = {
    "{{ a * 2 }}": "arithmetic",
    "{{ loop.index + 1 }}": "arithmetic",
    "{{ '%s mg' % a }}": "arithmetic",
    "{{ text|safe }}": "|safe",
    "{{ dose|round(2) }}": "|round",
    "{% set n = lots|sum(attribute='n') %}": "|sum",
    "{{ Lot.query.all() }}": "query",
    "{% for l in db.session.scalars(x) %}{% endfor %}": "scalars",
    "{% autoescape false %}{{ a }}{% endautoescape %}": "autoescape",
    '<p style="color:red">': "inline",
    "<script>x()</script>": "inline",
    '<b onclick="x()">': "inline",
    '<script src="https://elsewhere.example/x.js"></script>': "elsewhere",
    "<p>{{ a }} mg</p>": "unit",
    '{% from "components/lot.html" import code, lot_badge %}{{ code(lot) }}': "lot_badge",
    "x\n" * (LONGEST + 1): "lines",
}
GOOD = (
    '<a href="{{ url_for("stock.lot", lot_id=lot.id) }}">{{ lot.number ~ " x" }}</a>',
    '{% if lots|length > 1 %}{{ dose|quantity }} of {{ lots|count_of("lot") }}{% endif %}',
    '<script src="{{ asset("scan.js") }}" defer></script><a href="https://label.example/a">source</a>',
)


def faults(source: str) -> Iterator[str]:
    """What is wrong with a template's text."""
    if (lines := source.count("\n") + 1) > LONGEST + 1:
        yield f"{lines} lines; the most is {LONGEST}"
    for number, line in enumerate(source.splitlines(), 1):
        if INLINE.search(line):
            yield f"{number}: inline style or script"
        if (found := ELSEWHERE.search(line)) and not found.group().startswith("href"):
            yield f"{number}: content from elsewhere"
        if re.search(r"\}\}(?: |&nbsp;|\u00a0)?(?:mg|mcg|mL|IU|mmol|units)\b", line):
            yield f"{number}: writes a unit by hand"
    try:
        parsed = Environment(autoescape=True).parse(source)
    except TemplateSyntaxError as fault:
        yield f"{fault.lineno}: {fault.message}"
        return
    yield from (f"{node.lineno}: {what}" for node in parsed.find_all(nodes.Node) for what in _wrong(node))
    yield from (f"imports {name} and never uses it" for name in _imported(parsed) - _used(parsed))


def _imported(parsed: nodes.Template) -> set[str]:
    names = [name for node in parsed.find_all(nodes.FromImport) for name in node.names]
    return {name if isinstance(name, str) else name[1] for name in names}


def _used(parsed: nodes.Template) -> set[str]:
    return {node.name for node in parsed.find_all(nodes.Name) if node.ctx == "load"}


def _wrong(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, ARITHMETIC):
        yield "arithmetic"
    if isinstance(node, nodes.Filter) and node.name in FILTERS:
        yield f"|{node.name}"
    if isinstance(node, nodes.Getattr) and node.attr in QUERIES:
        yield f"asks the database: .{node.attr} (a query belongs into queries)"
    if isinstance(node, nodes.ScopedEvalContextModifier):
        yield "autoescape is switched"


@pytest.mark.parametrize("path", templates(), ids=short)
def test_a_template_only_lays_out(path: Path) -> None:
    nothing(faults(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("source", BAD)
def test_a_planted_fault_is_found(source: str) -> None:
    found = " ".join(faults(source))
    assert BAD[source] in found, found


@pytest.mark.parametrize("source", GOOD)
def test_a_sound_template_passes(source: str) -> None:
    assert list(faults(source)) == []
