"""C7: how many sterile products are mixed, against the category of the site; in which order they go in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from formulary.rules.checklist.rule import CO_SIGN, Case, passed, unknown
from formulary.rules.findings import Finding, joined

SUBJECT = "products"
UNREAD = " (a figure whose text nobody here has read)"


def within_category(case: Case) -> Sequence[Finding]:
    """C7: not more different sterile products, diluents too, than the category of the site allows.

    A powder whose diluent is not chosen yet brings one more. A category without such a limit passes; a site
    that has not decided is unknown. Where the table says that the order of two lines matters and not which,
    it is not given.
    """
    found = [*_too_many(case), *_order_not_given(case)]
    count = len(_names(case))
    told = (("products", str(count)),)
    return found or [passed("products.within_category", SUBJECT, f"{count} different products.", told)]


def _names(case: Case) -> list[str]:
    lines, mixed = (*case.lines, *case.mixed_in), {line.number for line in case.mixed_in}
    dry = [line for line in case.lines if line.product.is_powder and line.number not in mixed]
    more = [f"a diluent for {joined(line.product.ingredient.name for line in dry)}"] if dry else []
    return [*{line.product.id: line.product.name for line in lines}.values(), *more]


def _too_many(case: Case) -> Iterator[Finding]:
    policies, names = case.policies, _names(case)
    category = policies.preparation_limit_name or "the category of this site"
    if policies.limits_products is False or len(case.lines) == 1:
        return
    told = (("products", str(len(names))), ("category", category))
    if policies.limits_products is None or policies.most_products is None:
        reason = f"Whether {category} limits the number of products is not decided; {len(names)} are mixed."
        remedy = f"Let an administrator set the policy of the site, {CO_SIGN}"
        answer = unknown("products.limit_undecided", SUBJECT, reason, remedy, inputs=told)
        yield replace(answer, rests_on=(*told, *_mixed(case)))
    elif len(names) > policies.most_products:
        mark = UNREAD if policies.preparation_limit_unconfirmed else ""
        reason = f"{len(names)} different products are mixed ({joined(names)}); {category} allows "
        yield Finding(
            "products.above_limit",
            SUBJECT,
            f"{reason}{policies.most_products}{mark}.",
            f"Leave products out, prepare it in a category without this limit, {CO_SIGN}",
            source=policies.preparation_limit_source,
            inputs=told,
            rests_on=(*told, ("most", str(policies.most_products)), *_mixed(case)),
        )


def _mixed(case: Case) -> Iterator[tuple[str, str]]:
    """What an answer was given for: the products of the lines, and each powder's diluent, chosen or not."""
    names = {line.product.id: line.product.name for line in case.lines}
    yield from (("product", name) for name in sorted(names.values()))
    powders = {line.product.ingredient.name for line in case.lines if line.product.is_powder}
    yield from (("diluent for", name) for name in sorted(powders))


def _order_not_given(case: Case) -> Iterator[Finding]:
    for before in case.order.open:
        names = f"{before.first.product.ingredient.name} and {before.then.product.ingredient.name}"
        yield Finding(
            "products.order_not_given",
            names,
            f"The order in which {names} are added matters (table row "
            f"{before.rule.number}), and none is given.",
            f"Leave one of them out, {CO_SIGN}",
            line=before.first.number,
            source=before.rule.source,
        )
