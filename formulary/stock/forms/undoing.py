"""Undoing one's own last act."""

from formulary.web import fields as f
from formulary.web.forms import Form


class UndoForm(Form):
    """Why it is undone, in a few words or none."""

    why = f.TextField("What was the slip", most=200)
