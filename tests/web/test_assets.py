"""The address of a static file is built once, for the place where the app is mounted."""

import re

from flask import Flask

from formulary.web import assets


def test_an_address_follows_where_the_app_is_mounted(app: Flask) -> None:
    told = {}
    for root in ("", "/clinic", "", "/clinic"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            told.setdefault(root, []).append(assets.asset(assets.SPRITE))
            assert f'href="{told[root][-1]}#truck"' in assets.icon("truck")
    assert [(root, len(set(found))) for root, found in told.items()] == [("", 1), ("/clinic", 1)]
    assert all(re.fullmatch(rf"{root}/static/\S+\?v=\w+", found[0]) for root, found in told.items())


def test_what_stands_beside_an_icon_is_escaped(app: Flask) -> None:
    with app.test_request_context("/"):
        assert '"x&#34;y"' in assets.icon("truck", 'x"y')
