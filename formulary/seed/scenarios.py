"""Ready-made databases: the demo clinic, and the thirteen lots of glutathione."""

from collections.abc import Callable
from datetime import datetime

from formulary.seed import demo_course, demo_orders, demo_patients, demo_stock, demo_watch
from formulary.seed.demo import Demo, found_clinic
from formulary.seed.glutathione import glutathione


def demo(*, password: str, at: datetime) -> Demo:
    """The clinic of the tour: stocked, with patients, watched over, ready for the three deliveries."""
    made = found_clinic(password=password, at=at)
    demo_stock.furnish(made)
    demo_stock.print_codes(made)
    demo_stock.receive(made)
    demo_orders.keep(made)
    demo_patients.register(made)
    demo_course.run(made)
    demo_watch.state(made)
    demo_watch.read(made)
    demo_watch.count(made)
    return made


SCENARIOS: dict[str, Callable[..., Demo]] = {"demo": demo, "glutathione": glutathione}


def seed(scenario: str, *, password: str, at: datetime) -> Demo:
    """Make the scenario of this name in an empty database; Refused where an organisation is there."""
    return SCENARIOS[scenario](password=password, at=at)
