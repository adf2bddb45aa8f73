"""Look-alike rows of another site and another patient: a query that forgets its scope finds them."""

from formulary.accounts.models import Site
from formulary.stock.models import Lot
from tests.support.builders import a_lot, a_patient, a_product, an_allergy, an_ingredient


def make_noise(elsewhere: Site) -> None:
    """Fill the other site: a lot on its shelf, and a patient in its care who is allergic to what is in it."""
    lot = a_noisy_lot(elsewhere)
    patient = a_patient(site=elsewhere, name="Zoe Lefevre", record_number="00417")
    an_allergy(patient, lot.product.ingredient)


def a_noisy_lot(site: Site) -> Lot:
    """A lot of a product with a usual name."""
    ingredient = an_ingredient("noisy tranexamic acid", synonyms=("noise",))
    return a_lot(
        a_product(ingredient, name="Noisy tranexamic acid 100 mg per mL"), number="N0ISE1", site=site
    )
