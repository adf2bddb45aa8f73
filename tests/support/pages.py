"""A page as a test reads it: parsed, searched by class or tag, its forms ready to be filled and sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from tests.support.parsing import parsed

Values = dict[str, object]


def name_of(link: Element) -> str:
    """The words of a link as a reader hears them: without the key that is printed on it."""
    key = "".join(text_of(k) for k in link.iter("kbd") if k.get("aria-hidden") == "true")
    return text_of(link).removeprefix(key).removesuffix(key).strip()


@dataclass(frozen=True)
class Page:
    """One answer of the app that holds HTML; `fragment` where htmx asked for a part of a page."""

    url: str
    html: str
    status: int = 200
    fragment: bool = False

    @cached_property
    def root(self) -> Element:
        """The tree; raises html5lib's ParseError where the markup is wrong."""
        return parsed(self.html, self.fragment)

    @property
    def text(self) -> str:
        """Everything a person reads on it, one space between words."""
        return text_of(self.root)

    def mentions(self, code: str) -> bool:
        """Whether this code stands anywhere in the markup by itself: a random token may hold its letters."""
        return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", self.html) is not None

    @property
    def title(self) -> str:
        """The title of the tab."""
        found = self.root.find(".//title")
        return "" if found is None else text_of(found)

    @property
    def h1(self) -> str:
        """The heading of the page."""
        found = self.root.find(".//h1")
        return "" if found is None else text_of(found)

    def all(self, tag: str = "*", **attributes: str) -> list[Element]:
        """Elements of this tag with these attributes; `class_="state held"` asks for both classes."""
        return [e for e in self.root.iter() if isinstance(e.tag, str) and _is(e, tag, attributes)]

    def one(self, tag: str = "*", **attributes: str) -> Element:
        """The only such element; fails with what the page says where there is none or more."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes} on {self.url}: {self.text[:600]}"
        return found[0]

    def texts(self, tag: str = "*", **attributes: str) -> list[str]:
        """The words of each such element."""
        return [text_of(e) for e in self.all(tag, **attributes)]

    @property
    def links(self) -> dict[str, str]:
        """Where each link leads, by its words."""
        return {name_of(a) or a.get("aria-label", ""): a.get("href", "") for a in self.all("a")}

    @property
    def findings(self) -> list[str]:
        """The codes of the findings it shows, in order."""
        return [text_of(c) for f in self.all(class_="finding") for c in f.iter() if "code" in classes(c)][
            :200
        ]

    @property
    def errors(self) -> list[str]:
        """What the summary at the top says must change, in order."""
        return [text_of(li) for box in self.all(class_="error-summary") for li in box.iter("li")]

    @property
    def flashes(self) -> list[str]:
        """What the page says about the act just done."""
        return self.texts(class_="flash")

    @property
    def forms(self) -> list[Form]:
        """Its forms, in order."""
        return [Form(self, element) for element in self.all("form")]

    def form(self, to: str | None = None, button: str | None = None) -> Form:
        """The form that posts to `to` (a path or its end), or has this button; else the only posting one."""
        exact = [f for f in self.forms if button in f.buttons and f.fits(to, None)]
        found = exact or [f for f in self.forms if f.fits(to, button)]
        offered = [(f.action, f.buttons) for f in self.forms]
        assert found, f"No form to {to or button or 'post'} on {self.url}: {offered}"
        assert len(found) == 1 or to or button, f"Several forms on {self.url}: {[f.action for f in found]}"
        return found[0]


@dataclass(frozen=True)
class Form:
    """A form of a page with the values a browser would send."""

    page: Page
    element: Element

    @property
    def action(self) -> str:
        """The path it posts to."""
        return self.element.get("action") or self.page.url

    @property
    def method(self) -> str:
        """get or post."""
        return self.element.get("method", "get").lower()

    @property
    def buttons(self) -> list[str]:
        """The words of its buttons."""
        own = [text_of(b) for b in self.element.iter("button")]
        return own + [b.get("value", "") for b in self.element.iter("input") if b.get("type") == "submit"]

    def fits(self, to: str | None, button: str | None) -> bool:
        """Whether this is the form that is asked for."""
        if button is not None:
            return any(button in words for words in self.buttons)
        if to is not None:
            return self.action.partition("?")[0].endswith(to)
        return self.method == "post" and not self.action.endswith("/sign-out")

    @property
    def fields(self) -> dict[str, list[str]]:
        """Every successful control, by name."""
        found: dict[str, list[str]] = {}
        for element in controls(self.page.root, self.element):
            for value in values_of(element):
                found.setdefault(element.get("name", ""), []).append(value)
        return found

    @property
    def names(self) -> set[str]:
        """The names of all its controls, also of those that would send nothing."""
        return {e.get("name", "") for e in controls(self.page.root, self.element)} - {""}

    def options(self, name: str) -> dict[str, str]:
        """The choices of a select or of radio buttons: value by words."""
        chosen = [e for e in controls(self.page.root, self.element) if e.get("name") == name]
        return {text_of(o): o.get("value", "") for e in chosen for o in e.iter("option")}

    def filled(self, values: Values, press: str | None = None) -> dict[str, list[str]]:
        """What is sent after a person filled in `values` (None leaves a control out) and pressed a button."""
        data = self.fields | {name: _listed(value) for name, value in values.items() if value is not None}
        for name in (name for name, value in values.items() if value is None):
            data.pop(name, None)
        if press is not None:
            button = next(b for b in self.element.iter("button") if press in text_of(b))
            if button.get("name"):
                data[button.get("name", "")] = [button.get("value", "")]
        return data


def controls(root: Element, form: Element) -> Iterator[Element]:
    """The inputs, selects and text areas of a form, those that name it from outside included."""
    inside = set(form.iter())
    for element in root.iter():
        if element.tag in ("input", "select", "textarea") and element.get("name"):
            named = element.get("form")
            if (named == form.get("id")) if named else element in inside:
                yield element


def values_of(element: Element) -> list[str]:
    """What a browser sends for this control as it stands."""
    if element.get("disabled") is not None:
        return []
    if element.tag == "textarea":
        return ["".join(element.itertext()).removeprefix("\n")]
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [o for o in options if o.get("selected") is not None]
        if not chosen and element.get("multiple") is None:
            chosen = options[:1]
        return [o.get("value", text_of(o)) for o in chosen]
    if element.get("type") in ("checkbox", "radio"):
        return [element.get("value", "on")] if element.get("checked") is not None else []
    return [] if element.get("type") in ("submit", "button", "file", "image") else [element.get("value", "")]


def text_of(element: Element) -> str:
    """The words inside an element, scripts and styles left out; no-break spaces stay."""
    return re.sub(r"[ \t\r\n]+", " ", "".join(_words(element))).strip()


def _words(element: Element) -> Iterator[str]:
    if element.tag in ("script", "style", "template") or not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield ("" if child.tag in INLINE else " ") + (child.tail or "")


INLINE = {
    "span",
    "b",
    "strong",
    "em",
    "i",
    "a",
    "abbr",
    "sub",
    "sup",
    "time",
    "bdi",
    "mark",
    "code",
    "kbd",
    "q",
}


def classes(element: Element) -> list[str]:
    """The classes of an element."""
    return (element.get("class") or "").split()


def _is(element: Element, tag: str, attributes: dict[str, str]) -> bool:
    if tag not in ("*", element.tag):
        return False
    wanted = attributes.get("class_", "").split()
    others = {
        name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if name != "class_"
    }
    return set(wanted) <= set(classes(element)) and all(
        element.get(name) == value for name, value in others.items()
    )


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
