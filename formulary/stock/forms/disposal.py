"""Destroying what lies in a bin, and the bins of a site."""

from formulary.accounts.forms import PerhapsSignerForm
from formulary.stock.labels import reasons_for
from formulary.web import fields as f
from formulary.web.forms import Form


class DisposeForm(Form):
    """How it is destroyed, who takes it, and who watches; `seen_id` is the newest waste of the page."""

    method = f.ChoiceField(
        "How", [f.Required("Choose how.")], choices=f.choices(reasons_for("dispose"), empty="Choose…")
    )
    taken_by = f.TextField("Taken over by", hint="The carrier or the person; empty where it stays here.")
    reference = f.IdentifierField("Their number for it")
    remark = f.TextField("Remark", most=400)
    signer = f.FormField(PerhapsSignerForm, "Witness")
    seen_id = f.IdField()


class StreamForm(Form):
    """A bin: what goes in, and what the rule for it says, with its source."""

    name = f.TextField("Name", [f.Required("Give it the name that stands on it.")])
    goes_in = f.TextField("What goes in", most=400)
    rule = f.NotesField("What the rule for it says", hint="Empty: not known here.")
    source = f.TextField("Source", most=400, hint="Law, contract or house document, with its edition.")


class ChangeStreamForm(StreamForm):
    """The same, and whether it is in use."""

    is_active = f.YesField("In use")
