"""What is asked about a reaction, its follow-ups, and how often something was followed by one."""

from collections.abc import Iterable
from typing import Any

from formulary.administrations.actions.reactions import Felt
from formulary.administrations.labels.reactions import ONSET, OUTCOME, REPORTER, SERIOUS, SEVERITY, SUBJECT
from formulary.patients.forms import photo_field
from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm

NOT_FELT = ("reason", "photo")


class ReactionForm(Form):
    """What was felt, when, how badly, what became of it, and who told of it."""

    kinds = f.IdSeveral("What was felt", choices=())
    other = f.TextField("Something else", most=200, hint="In words, where the list has no kind for it.")
    onset = f.OneOf("When it began", [f.Required()], choices=f.choices(ONSET.items()))
    onset_at = f.InstantField("Day and time", hint="Empty where it is not known.")
    severity = f.OneOf("How bad it was", [f.Required()], choices=f.choices(SEVERITY.items()))
    outcome = f.OneOf("What became of it", [f.Required()], choices=f.choices(OUTCOME.items()))
    serious = f.OneOf("Serious", [f.Required()], choices=f.choices(SERIOUS.items()))
    serious_reason = f.TextField("Why it is serious", most=400)
    reported_by = f.OneOf("Who told of it", [f.Required()], choices=f.choices(REPORTER.items()))
    reporter = f.TextField("Their name", hint="Where it is not the patient.")
    told_at = f.InstantField("When you were told", hint="Leave it empty for now.")
    late_reason = f.NotesField(
        "Why it is entered late", most=400, hint="Needed when you were told more than an hour ago."
    )
    remark = f.NotesField("Remark", most=2000, hint="What was done about it, and what else matters.")
    follow_up_on = f.DateField("Ask or look again on", hint="Empty where nobody has to.")
    photo = photo_field("Photo of it")

    def offer(self, kinds: Iterable[Any]) -> None:
        """Put the checklist."""
        self.kinds.choices = f.choices([(kind.id, kind.name) for kind in kinds])

    def felt(self) -> Felt:
        """What was said, for an action."""
        said = {name: value for name, value in self.values().items() if name not in NOT_FELT}
        return Felt(**said | {"kinds": tuple(self.kinds.data or ())})


class CorrectReactionForm(ReactionForm):
    """The same again, and why."""

    reason = f.NotesField("Why it is corrected", [f.Required()], most=400)


class WithdrawForm(Form):
    """Why a reaction was recorded by mistake."""

    reason = f.NotesField("Why it is withdrawn", [f.Required()], most=400)


class FollowUpForm(Form):
    """How it stands now, and when somebody looks again."""

    outcome = f.OneOf("How it stands", [f.Required()], choices=f.choices(OUTCOME.items()))
    seen_at = f.InstantField("When you asked or looked", hint="Leave it empty for now.")
    remark = f.NotesField("Remark", most=2000)
    next_on = f.DateField("Again on", hint="Empty where nobody has to look again.")
    photo = photo_field("Photo of how it stands")


class ExportForm(Form):
    """In which shape a reaction leaves the house, and whether the patient's name goes along."""

    shape = f.OneOf(
        "As", [f.Required()], choices=f.choices([("pdf", "PDF, to read"), ("json", "JSON, for programs")])
    )
    with_name = f.YesField(
        "With the patient's name, the date of birth, and everything written in words",
        hint="Otherwise code, sex, age and what was ticked: words may hold a name.",
    )


class RatesForm(SearchForm):
    """By what, and which sessions."""

    by = f.ChoiceField("By", choices=f.choices(SUBJECT.items()), default="lot")
    since = f.DateField("Sessions from")
    until = f.DateField("to")
