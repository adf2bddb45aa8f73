"""Every address of the app, and what it takes to ask for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from formulary.accounts import Permission


@dataclass(frozen=True)
class Door:
    """One address with one method, and the permission its view names; None is open to everybody."""

    endpoint: str
    method: str
    rule: Rule
    permission: Permission | None

    def url(self, argument: str = "1") -> str:
        """The address with this in the place of every argument."""
        return re.sub(r"<[^>]+>", argument, self.rule.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


def doors(app: Flask, *methods: str) -> Iterator[Door]:
    """All of them, for GET and POST or the methods asked for."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in methods or ("GET", "POST"):
            if method in (rule.methods or ()) and rule.endpoint != "static":
                yield Door(rule.endpoint, method, rule, getattr(view, "permission", None))
