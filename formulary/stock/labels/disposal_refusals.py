"""Every refusal of wasting and destroying that is about streams, witnesses and certificates."""

from formulary.rules.findings import Refused, joined, refuse
from formulary.stock.models import Disposal


def no_witness(others: list[str], *, is_alert: bool = False) -> Refused:
    """The site, or a high-alert product in it, asks for a witness and nobody signed as one."""
    why = "This site has another person watch what is wasted, and nobody signed as witness."
    if is_alert:
        why = "A high-alert product is in it, so another person watches; nobody signed as witness."
    return refuse("waste.witness_missing", "waste", why, _who(others), field="signer-secret")


def not_a_witness(others: list[str]) -> Refused:
    """Whoever wastes does not watch."""
    why = "A witness is another person, who may witness waste here."
    return refuse("waste.not_a_witness", "waste", why, _who(others), field="signer-secret")


def no_words_instead() -> Refused:
    """On a solo site words take the place of the witness."""
    why = "You work alone, so words take the place of the witness."
    return refuse("waste.remark_missing", "waste", why, "Say what you did and saw.", field="remark")


def unknown_stream() -> Refused:
    """A bin that the site does not have, or has closed."""
    why = "This site has no such bin in use."
    return refuse("waste.stream_unknown", "stream", why, "Choose another one.", field="stream_id")


def no_method() -> Refused:
    """Destroying says how."""
    why = "No method was chosen."
    return refuse("disposal.method_missing", "disposal", why, "Choose one.", field="method")


def no_remark() -> Refused:
    """Another method says which."""
    why = "Another method needs words."
    return refuse("disposal.remark_missing", "disposal", why, "Say what is done.", field="remark")


def nothing_waits(name: str) -> Refused:
    """An empty bin."""
    return refuse("disposal.nothing_waits", name, f"Nothing lies in {name}.", "Load the page again.")


def changed_since() -> Refused:
    """What was read is not what would go."""
    why = "What lies in the bin has changed since you opened this page."
    return refuse("disposal.changed_since", "disposal", why, "Look at what goes again, then record it.")


def destroyed_already(disposal: Disposal) -> Refused:
    """What was destroyed comes back by no undoing."""
    why = f"It was handed over for destruction with {disposal.code}."
    remedy = "If it was not: count the place where it lies; the difference is recorded with its reason."
    return refuse("waste.destroyed_already", disposal.code, why, remedy)


def stream_name_taken(name: str) -> Refused:
    """Two bins of a site never share a name."""
    why = f"The site has a bin called {name}."
    return refuse("stream.name_taken", name, why, "Choose another name.", field="name")


def _who(others: list[str]) -> str:
    return f"{joined(others)} may." if others else "A second person needs an account."
