"""What is said of a lot to whoever has it in hand: cases that cover it, notices that name it."""

from formulary.recalls import queries
from formulary.stock.labels.arrivals import Said, tells_of_lots

APART = "Keep it apart from what is used."
BESIDES = {
    "pack": " for packs that it names",
    "place": " for where it lay and when",
    "left": " still, though no line of it means it now",
}


@tells_of_lots
def _tell(lot_id: int) -> list[Said]:
    said = []
    for case, decision, held in queries.cases_about(lot_id):
        if decision == "in":
            stopped = f"It is on hold. {APART}" if held else "No hold of it stands."
            said.append(Said("stop", f"Recall {case.code} covers this lot: {case.title}. {stopped}"))
        elif decision == "proposed":
            asks = f"Recall {case.code} may mean this lot: {case.title}. A recall officer decides."
            said.append(Said("unknown", f"{asks} {APART}"))
    for case, why in queries.cases_holding_besides(lot_id):
        said.append(Said("stop", f"Recall {case.code} holds this lot{BESIDES[why]}: {case.title}. {APART}"))
    for notice in queries.notices_about(lot_id):
        said.append(Said("unknown", f"Notice {notice.number} names this lot. A recall officer decides."))
    return said
