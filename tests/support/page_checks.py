"""What every page that a test opens must hold; each check yields what is wrong, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from xml.etree.ElementTree import Element

from html5lib.html5parser import ParseError

from tests.support.pages import INLINE, Page, classes, controls, text_of
from tests.support.parsing import fingerprint

Check = Callable[[Page], Iterator[str]]

UNITS = r"(?:mcg|mg|g|kg|mL|L|IU|units|mmol|mEq|mm|cm|drops?)"
RAW = {
    r"[µμ]g": "writes µg; mcg is the unit",
    rf"\d(?:\.\d*0|,(?!\d{{3}}[ \u00a0])\d*0)[ \u00a0]{UNITS}\b": "has a trailing zero before a unit",
    rf"(?<![\d.,])[.,]\d+[ \u00a0]?{UNITS}\b": "has a decimal mark without a leading zero",
    r"\d(?:mcg|mg|mL|IU|units|mmol)\b": "has no space before the unit",
    r"\d[ \u00a0](?:cc|ml|ug|MG|U|u)\b": "has a unit that a clinic must not write",
    r"\b\d+E[+-]?\d+\b|\b(?:Decimal|Fraction|Quantity)\(": "shows a number as the program holds it",
}
ARTEFACTS = (
    r"\{\{|\}\}|\{%|%\}|\bUndefined\b|object at 0x|Traceback"
    r"|&(?:amp|lt|gt|quot|#\d+);|\b[A-Z][a-z]+\.[A-Z]{2,}_?[A-Z]*\b"
)
LEFT_OVER = {"None", "True", "False", "nan", "[]", "{}", "()"}
TONE = r"\b(?:please|oops|invalid|errors?|successfully)\b|\w!(?:\s|$)"
INPUTS = ("input", "select", "textarea")
SILENT = ("hidden", "submit", "button", "image")
SOUND: set[tuple[str, bool, bytes]] = set()
VERBATIM = {"code", "kbd", "pre", "samp", "q", "textarea", "option"}


def problems(page: Page) -> list[str]:
    """Everything that is wrong with a page, or its first fault of markup; a sound page is known again."""
    known = (page.url, page.fragment, fingerprint(page.html))
    if known in SOUND:
        return []
    found = _faults(page)
    if not found:
        SOUND.add(known)
    return found


def _faults(page: Page) -> list[str]:
    try:
        page.root  # noqa: B018 - parsing is the check
    except ParseError as fault:
        return [f"markup: {fault}"]
    checks = FRAGMENT if page.fragment else FRAGMENT + WHOLE
    return [found for check in checks for found in check(page)]


def whole(page: Page) -> Iterator[str]:
    """A page has a language, a title, one heading and a main part."""
    if not page.root.get("lang"):
        yield "html has no lang"
    if not page.title:
        yield "has no title"
    for tag in ("h1", "main"):
        if (count := len(page.all(tag))) != 1:
            yield f"has {count} of {tag}"


def identifiers(page: Page) -> Iterator[str]:
    """Ids are unique, and whatever is referred to is there."""
    ids = Counter(e.get("id") for e in page.root.iter() if e.get("id") is not None)
    yield from (f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1)
    if page.fragment:
        return
    for element in page.root.iter():
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list"):
            for one in (element.get(name) or "").split():
                if one not in ids:
                    yield f"{element.tag} {name}={one!r} points nowhere"
        href = element.get("href", "")
        if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            yield f"link {href!r} points nowhere"


def labelled(page: Page) -> Iterator[str]:
    """Every input, button, link and picture has a name that can be read aloud."""
    named = {label.get("for") for label in page.all("label")}
    wrapped = {e for label in page.all("label") for e in label.iter()}
    for element in page.root.iter():
        aria = element.get("aria-label") or element.get("aria-labelledby")
        if element.tag in INPUTS and element.get("type") not in SILENT:
            if not (aria or element in wrapped or (element.get("id") and element.get("id") in named)):
                yield f"{element.tag} {element.get('name')!r} has no label"
        elif element.tag in ("button", "a") and not (aria or text_of(element) or _pictured(element)):
            yield f"{element.tag} {element.attrib} has no words"
        elif element.tag == "img" and element.get("alt") is None:
            yield f"img {element.get('src')!r} has no alt"
        elif element.get("role") == "img" and not (aria or _child(element, "title")):
            yield "a picture has no name"


def quantities(page: Page) -> Iterator[str]:
    """Quantities are written as the one renderer writes them; what a person typed stands in quotes."""
    said = _without_quotes(_said(page))
    for pattern, what in RAW.items():
        yield from (f"“{_around(said, m)}” {what}" for m in re.finditer(pattern, said))


def artefacts(page: Page) -> Iterator[str]:
    """Nothing of the machinery shows."""
    said = _said(page)
    yield from (f"“{_around(said, m)}” is left over from a template" for m in re.finditer(ARTEFACTS, said))
    for element in (e for e in page.root.iter() if e.tag not in VERBATIM):
        for part in (
            element.text,
            element.tail,
            element.get("value"),
            element.get("href"),
            element.get("title"),
        ):
            if (part or "").strip() in LEFT_OVER:
                yield f"{element.tag} shows {(part or '').strip()}"


def tone(page: Page) -> Iterator[str]:
    """What, why, remedy: calm words only."""
    said = _without_quotes(_said(page))
    yield from (f"“{_around(said, m)}” is not how we write" for m in re.finditer(TONE, said, re.IGNORECASE))


def guarded_forms(page: Page) -> Iterator[str]:
    """Every posting form carries a token and, unless it only searches or signs, an idempotency key."""
    for form in page.forms:
        if form.method != "post":
            continue
        names = {e.get("name") for e in controls(page.root, form.element)}
        if "csrf_token" not in names:
            yield f"the form to {form.action} has no token"
        if "key" not in names and not _keyless(form.element, form.action):
            yield f"the form to {form.action} has no key"


def own_content(page: Page) -> Iterator[str]:
    """Nothing inline and nothing from elsewhere: the strict policy would stop it."""
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag.endswith("style") or element.get("style") is not None:
            yield f"{element.tag} has its own style"
        if element.tag == "script" and not element.get("src"):
            yield "a script stands in the page"
        for name, value in _attributes(element):
            if name.startswith("on") or value.strip().startswith(("javascript:", "data:")):
                yield f"{element.tag} {name}={value!r} runs in the page"
            if name in ("src", "srcset", "action", "poster") and re.match(r"(https?:)?//", value):
                yield f"{element.tag} {name}={value!r} is not ours"


def tables(page: Page) -> Iterator[str]:
    """A table's rows have as many cells as its head."""
    for table in page.all("table"):
        widths = {
            sum(int(c.get("colspan", "1")) for c in row if c.tag in ("td", "th")) for row in table.iter("tr")
        }
        spans = any(c.get("rowspan") for c in table.iter() if c.tag in ("td", "th"))
        if len(widths) > 1 and not spans:
            yield f"a table has rows of {sorted(widths)} cells"


def header_problems(headers: Mapping[str, str], is_page: bool) -> list[str]:
    """What is wrong with an answer's headers; every answer carries these, pages are not kept by anybody."""
    missing = [
        f"{name} lacks {part!r}"
        for name, parts in HEADERS.items()
        for part in parts
        if part not in headers.get(name, "")
    ]
    if any(word in headers.get("Content-Security-Policy", "") for word in ("unsafe-inline", "unsafe-eval'")):
        missing.append("the policy allows inline or eval")
    if re.search(r"\d", headers.get("Server", "")):
        missing.append("Server tells its version")
    if is_page and "no-store" not in headers.get("Cache-Control", ""):
        missing.append("the page may be kept (Cache-Control)")
    return missing


HEADERS = {
    "Content-Security-Policy": (
        "default-src '",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ),
    "X-Content-Type-Options": ("nosniff",),
    "Referrer-Policy": ("same-origin",),
    "Cross-Origin-Opener-Policy": ("same-origin",),
}
FRAGMENT: tuple[Check, ...] = (
    identifiers,
    labelled,
    quantities,
    artefacts,
    tone,
    guarded_forms,
    own_content,
    tables,
)
WHOLE: tuple[Check, ...] = (whole,)


def _keyless(form: Element, action: str) -> bool:
    return (
        form.get("role") == "search"
        or "search" in classes(form)
        or action.partition("?")[0].endswith(("/sign-in", "/sign-out"))
    )


@lru_cache(maxsize=1)
def _said(page: Page) -> str:
    """All of its words, found once for all checks."""
    return " ".join(_spoken(page.root))


def _spoken(element: Element) -> Iterator[str]:
    """The words of a tree, without codes, typed text and what screen readers alone are told."""
    if (
        not isinstance(element.tag, str)
        or element.tag in VERBATIM | {"script", "style", "template"}
        or "code" in classes(element)
    ):
        return
    inline = "".join(_inline(element)).strip()
    if inline:
        yield re.sub(r"[ \t\r\n]+", " ", inline)
    for child in element:
        if child.tag not in INLINE:
            yield from _spoken(child)
        else:
            yield from (
                part
                for grand in child.iter()
                if grand is not child and grand.tag not in INLINE
                for part in _spoken(grand)
            )


def _inline(element: Element) -> Iterator[str]:
    """The text of one line: an element's own words and those of the spans in it."""
    yield element.text or ""
    for child in element:
        if child.tag in INLINE - VERBATIM and "code" not in classes(child):
            yield from _inline(child)
        yield child.tail or ""


def _without_quotes(text: str) -> str:
    return re.sub(r"“[^”]*”", "“”", text)


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 20) : match.end() + 10]


def _attributes(element: Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def _child(element: Element, tag: str) -> bool:
    return any(isinstance(c.tag, str) and c.tag.endswith(tag) for c in element)


def _pictured(element: Element) -> bool:
    return any(e.get("alt") or e.get("aria-label") or _child(e, "title") for e in element.iter())
