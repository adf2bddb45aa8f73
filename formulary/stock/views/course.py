"""The stock of a product over time."""

from datetime import timedelta

from flask import g

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.catalogue import queries as catalogue
from formulary.stock.forms.course import CourseForm
from formulary.stock.labels.course import course as course_of
from formulary.stock.queries import flows
from formulary.stock.views.room import Answer, bp, page


@bp.get("/products/<id:product_id>/course")
@requires(Permission.SEE_STOCK)
def course(product_id: int) -> Answer:
    """What lay here of a product, day by day: a picture, and what came and went."""
    product, form, at = catalogue.product(product_id), CourseForm(), clock.now()
    days = form.days if form.validate() else CourseForm.DEFAULT
    told = flows.flows(g.site.id, product.id, at - timedelta(days=days), at)
    now = flows.kept_of(g.site.id, product.id)
    shown = course_of(product, told, now, at, days)
    return page("course", form, product=product, course=shown)
