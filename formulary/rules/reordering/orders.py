"""The states of a purchase order as data: which act may follow which, and how far an order has come."""

DRAFT, SENT, PARTLY, RECEIVED, CANCELLED = "draft", "sent", "partly_received", "received", "cancelled"
ACTS = ("add", "change", "send", "receive", "undo_receipt", "cancel")
CHANGED = {
    "add": "changed",
    "change": "changed",
    "send": "sent",
    "receive": "received",
    "cancel": "cancelled",
}
"""What an act does to an order, for the sentence that refuses it."""
TRANSITIONS: dict[tuple[str, str], tuple[str, ...]] = {
    (DRAFT, "add"): (DRAFT,),
    (DRAFT, "change"): (DRAFT,),
    (DRAFT, "send"): (SENT,),
    (DRAFT, "cancel"): (CANCELLED,),
    (SENT, "add"): (SENT,),
    (SENT, "change"): (SENT, CANCELLED),
    (SENT, "receive"): (PARTLY, RECEIVED),
    (SENT, "cancel"): (CANCELLED,),
    (PARTLY, "add"): (PARTLY,),
    (PARTLY, "change"): (PARTLY, RECEIVED),
    (PARTLY, "receive"): (PARTLY, RECEIVED),
    (PARTLY, "undo_receipt"): (SENT, PARTLY),
    (PARTLY, "cancel"): (CANCELLED,),
    (RECEIVED, "undo_receipt"): (SENT, PARTLY),
    (CANCELLED, "undo_receipt"): (SENT, PARTLY, CANCELLED),
}
"""(state, act): the states that the act may lead to. What is not here is refused."""


def allowed(state: str, act: str) -> bool:
    """Whether an order in this state may go through this act."""
    return (state, act) in TRANSITIONS


def outstanding(ordered: int, cancelled: int, received: int) -> int:
    """How many containers of a line are still to come: what was ordered less what was called off or came.

    More than was ordered is no debt: it is nothing outstanding.
    """
    return max(0, ordered - cancelled - received)


def standing(kept: str, lines: list[tuple[int, int, int]]) -> str:
    """How far an order has come, from what is kept of it (draft, sent, cancelled) and its lines.

    Each line is (ordered, cancelled, received) in containers. Nothing is stored of what came, so that an
    undone receipt opens the order again, a cancelled one too.
    """
    received = sum(came for _, _, came in lines)
    if kept == DRAFT:
        return DRAFT
    if any(outstanding(*line) for line in lines):
        return PARTLY if received else SENT
    return RECEIVED if received and kept == SENT else CANCELLED
