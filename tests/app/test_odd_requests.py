"""No request, however odd, breaks a page: what is not understood is told, and nothing is written."""

import pytest

ODD = (
    "",
    "0",
    "-1",
    "x",
    "%00",
    "99999999999999999999",
    "1e9",
    "٣",
    "' OR 1=1 --",
    "<script>",
    "x" * 3000,
    "[]",
    "../..",
)
NAMES = ("id", "person", "act", "kind", "outcome", "since", "until", "after", "before", "next", "page", "q")
PAGES = (
    "/audit/trail",
    "/audit/access",
    "/accounts/sign-in",
    "/accounts/me",
    "/accounts/choose",
    "/accounts/people",
)


@pytest.fixture
def admin(clients):
    """The administrator's browser."""
    return clients("admin")


def served(answer):
    return answer.status_code < 500


# What is fuzzed here does not depend on the database; one of them keeps the run short.
@pytest.mark.databases("postgresql")
def test_odd_questions_are_answered(admin):
    for url in PAGES:
        for value in ODD:
            assert served(admin.get(url, query_string=dict.fromkeys(NAMES, value))), (url, value)
            assert served(admin.get(url, query_string={"after": value})), (url, value)


FIELDS = [
    "name",
    "username",
    "site_id",
    "roles",
    "reason",
    "secret",
    "password",
    "again",
    "zone",
    "decimal_mark",
    "row_version",
    "key",
    "valid_from",
    "edition",
    "undecided",
    "dose",
    "answer",
]


def forms(app):
    """The address of every POST of the room, with 1 for each number."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("accounts.") and "POST" in rule.methods:
                yield app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1))


# As above.
@pytest.mark.databases("postgresql")
def test_odd_answers_are_refused_at_every_form_of_this_room(app, admin):
    token = admin.get_ok("/accounts/password").form(to="/password").fields["csrf_token"][0]
    urls = [url for url in forms(app) if not url.endswith("/sign-out")]
    assert len(urls) > 10
    for url in urls:
        for value in ODD:
            data = dict.fromkeys(FIELDS, value) | {"csrf_token": token}
            assert served(admin.post(url, data)), (url, value)


PATHS = ("/", "/accounts", "/accounts/", "/static/../app.py", "/%2e%2e/", "/accounts/people/%00", "//", "/\\")


# As above.
@pytest.mark.databases("postgresql")
def test_odd_paths_are_answered(admin):
    assert [path for path in PATHS if not served(admin.get(path))] == []
