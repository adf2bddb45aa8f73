"""The browser is sent inside the house only."""

import pytest

from formulary.web.links import local_path


@pytest.mark.parametrize("target", ["/", "/stock/lots?q=a&b=%20", "/stock#x"])
def test_a_path_of_ours_is_taken(target: str) -> None:
    assert local_path(target, "/home") == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "stock",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "/a\nb",
        "/a\tb",
        "javascript:alert(1)",
        "/\x00",
        "///x",
        " /x",
        "/\u202ex",
    ],
)
def test_anything_else_leads_home(target: str | None) -> None:
    assert local_path(target, "/home") == "/home"
