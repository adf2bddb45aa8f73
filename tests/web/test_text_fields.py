"""Text fields: what is stored is what was meant, and nothing that cannot be seen."""

import pytest
from flask import Flask

from formulary.web import fields as f
from formulary.web.forms import Form


class TextForm(Form):
    name = f.TextField("Name", [f.Required()])
    serial = f.IdentifierField("Serial")
    lot = f.LotField("Lot")
    notes = f.NotesField("Notes")
    word = f.SecretField("Password")


def sent(app: Flask, **data: str) -> TextForm:
    with app.test_request_context(method="POST", data={"name": "n", **data}):
        form = TextForm()
        form.validate_on_submit()
        return form


def fault(app: Flask, field: str, text: str) -> str:
    (words,) = sent(app, **{field: text}).errors[field]
    return words


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name", "  Zoë Kovač ", "Zoë Kovač"),
        ("name", "Zoe\u0308", "Zoë"),
        ("notes", "a\r\nb\rc\n", "a\nb\nc"),
        ("notes", "👩‍⚕️ שלום \u202ex", "👩‍⚕️ שלום \u202ex"),
        ("serial", " A  B ", "A B"),
        ("lot", " LOT-7/A ", "LOT-7/A"),
        ("lot", "lot 7", "lot 7"),
        ("word", "  keep  me ", "  keep  me "),
        ("serial", "", ""),
    ],
)
def test_text_is_kept_as_it_was_meant(app: Flask, field: str, typed: str, kept: str) -> None:
    form = sent(app, **{field: typed})
    assert form.errors == {}
    assert form.values()[field] == kept


@pytest.mark.parametrize("field", ["name", "serial", "lot", "notes"])
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1d", "\x1b", "\x85", "\x7f"])
def test_a_control_character_is_refused_by_number(app: Flask, field: str, character: str) -> None:
    assert f"U+{ord(character):04X}" in fault(app, field, f"a{character}b")


@pytest.mark.parametrize(
    "character", ["\u202e", "\u200b", "\u200d", "\ufeff", "\u2066", "\u00ad", "\u2028", "a\u0336"]
)
def test_an_invisible_character_is_refused_in_an_identifier(app: Flask, character: str) -> None:
    assert "invisible" in fault(app, "serial", f"A{character}B")


def test_a_line_end_is_refused_in_a_single_line(app: Flask) -> None:
    assert "U+000A" in fault(app, "name", "a\nb")


@pytest.mark.parametrize(("field", "most"), [("name", 120), ("notes", 4000), ("serial", 60), ("lot", 20)])
def test_what_is_too_long_says_by_how_much(app: Flask, field: str, most: int) -> None:
    assert sent(app, **{field: "x" * most}).errors == {}
    assert f"{most + 1:,} characters" in fault(app, field, "x" * (most + 1))


def test_a_lot_that_holds_a_whole_code_says_so(app: Flask) -> None:
    assert "scan it into the scan field" in fault(app, "lot", "01095060001343521727123110LOT")


@pytest.mark.parametrize("text", ["LOT№1", "лот1", "ＬＯＴ"])
def test_a_lot_has_letters_of_a_keyboard(app: Flask, text: str) -> None:
    assert "no lot number has" in fault(app, "lot", text)


def test_a_secret_of_any_composition_is_taken_up_to_128(app: Flask) -> None:
    assert sent(app, word="é\x07" + "x" * 126).errors == {}
    assert "129 characters" in fault(app, "word", "x" * 129)


def test_a_required_field_names_itself(app: Flask) -> None:
    assert fault(app, "name", "   ") == "Name is not filled in. Type it, or leave the page without saving."


def test_what_was_typed_comes_back_with_signs_for_what_cannot_be_shown(app: Flask) -> None:
    assert sent(app, name="a\x00b").name._value() == "a\N{REPLACEMENT CHARACTER}b"


def test_a_secret_never_comes_back(app: Flask) -> None:
    form = sent(app, word="my secret")
    with app.test_request_context():
        assert "my secret" not in str(form.word())


def test_messages_have_a_calm_tone(app: Flask) -> None:
    words = [
        fault(app, "name", "x" * 121),
        fault(app, "lot", "x" * 21),
        fault(app, "name", "\x00"),
    ]
    for said in words:
        assert not any(word in said.lower() for word in ("please", "invalid", "error", "oops", "!"))
