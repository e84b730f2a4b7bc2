"""Which event a request of Matomo's tracking API is, and what belongs to it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tracking.ingest.protocols.fields import (
    NAME_CHARACTERS,
    PROP_VALUE_BYTES,
    PROPS,
    money,
)
from tracking.ingest.refusals import Malformed
from tracking.ingest.text import cut, storable

DIMENSION = re.compile(r"dimension\d{1,3}", re.ASCII)

Fields = Mapping[str, str]


@dataclass(slots=True)
class Kind:
    name: str
    props: dict[str, str] = field(default_factory=dict)
    revenue_amount: str = ""
    revenue_currency: str = ""
    interactive: bool = True


def kind_of(fields: Fields) -> Kind:
    """The first kind that the parameters speak of, a pageview otherwise.

    Raises Malformed for an action of a Matomo plugin that has no meaning here.
    """
    kind = next((make(fields) for speaks, make in KINDS if speaks(fields)), None)
    if kind is None:
        if fields.get("ca") == "1":
            raise Malformed(ca="is an action of a kind that is not counted")
        kind = Kind("pageview")
    kind.props |= {key: value for key, value in fields.items() if DIMENSION.fullmatch(key)}
    kind.props = bounded(kind.props)
    return kind


def bounded(props: Mapping[str, str]) -> dict[str, str]:
    texts = {key: cut(storable(value).strip(), PROP_VALUE_BYTES) for key, value in props.items()}
    return dict([(key, text) for key, text in texts.items() if text][:PROPS])


def chosen(fields: Fields, **names: str) -> dict[str, str]:
    """Properties by their names here, from the parameters of the names given."""
    return {name: fields.get(parameter, "") for name, parameter in names.items()}


def ping(_fields: Fields) -> Kind:
    return Kind("engagement")


def event(fields: Fields) -> Kind:
    category, action = (storable(fields[name]).strip() for name in ("e_c", "e_a"))
    if not category or not action:
        raise Malformed(event="must have a category and an action")
    props = chosen(fields, category="e_c", action="e_a", name="e_n", value="e_v")
    return Kind(f"{category}: {action}"[:NAME_CHARACTERS].strip(), props)


def outlink(fields: Fields) -> Kind:
    return Kind("Outbound Link: Click", chosen(fields, url="link"))


def download(fields: Fields) -> Kind:
    return Kind("File Download", chosen(fields, url="download"))


def search(fields: Fields) -> Kind:
    return Kind(
        "Search", chosen(fields, query="search", category="search_cat", results="search_count")
    )


def content(fields: Fields) -> Kind:
    props = chosen(fields, name="c_n", piece="c_p", target="c_t", interaction="c_i")
    if fields.get("c_i"):
        return Kind("Content interaction", props)
    return Kind("Content impression", props, interactive=False)


def order(fields: Fields) -> Kind:
    """An order of the shop, or what is in the cart so far, whose worth is no revenue yet."""
    if fields.get("ec_id"):
        return with_revenue(Kind("Order", chosen(fields, order="ec_id")), fields)
    return Kind("Cart update", chosen(fields, value="revenue"))


def goal(fields: Fields) -> Kind:
    return with_revenue(
        Kind(f"Goal {storable(fields['idgoal']).strip()}"[:NAME_CHARACTERS]), fields
    )


def with_revenue(kind: Kind, fields: Fields) -> Kind:
    """Matomo's sites have one currency each, so it names none: without ours, it is a property."""
    amount, currency = fields.get("revenue", ""), fields.get("currency", "")
    kind.revenue_amount, kind.revenue_currency = money(amount, currency)
    if not kind.revenue_amount:
        kind.props["revenue"] = fields.get("revenue", "")
    return kind


KINDS: tuple[tuple[Callable[[Fields], bool], Callable[[Fields], Kind]], ...] = (
    (lambda fields: fields.get("ping") == "1", ping),
    (lambda fields: bool(fields.get("e_c") and fields.get("e_a")), event),
    (lambda fields: bool(fields.get("link")), outlink),
    (lambda fields: bool(fields.get("download")), download),
    (lambda fields: bool(fields.get("search")), search),
    (lambda fields: bool(fields.get("c_n")), content),
    (lambda fields: fields.get("idgoal") == "0", order),
    (lambda fields: bool(fields.get("idgoal")), goal),
)
