"""What engines spell differently in the SQL of a question.

Everything else is written once, in SQL that DuckDB and ClickHouse share.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

REACHED = "SELECT walker, max(visitor) AS visitor, min(moment) AS begun"


class Dialect(Protocol):
    """The words of an engine for one statement, and the values of its parameters, `values`.

    Arguments are expressions, unless said otherwise.
    """

    values: dict[str, object]
    # Whether `read_once` does what it says; else what is named several times is read as often.
    reads_once: bool

    def bind(self, value: object) -> str:
        """The parameter of a text, number, date or datetime (UTC without a zone)."""

    def texts(self, values: Sequence[str]) -> str:
        """The parameter of a list of texts."""

    def table(self, columns: dict[str, Sequence[str]]) -> str:
        """A relation of bound texts, by the names of its columns."""

    def named(self, code: str, names: dict[str, str]) -> str:
        """The name of a code, NULL where there is none."""

    def each_text(self, texts: Sequence[str]) -> str:
        """A row for each of some texts, which may be NULL."""

    def keys(self, texts: str) -> str:
        """A row for each key of a map."""

    def lower(self, text: str) -> str:
        """The text in lower case, in any script."""

    def contains(self, text: str, part: str) -> str: ...

    def matches(self, text: str, pattern: str) -> str:
        """That a text has a place which fits a bound pattern of RE2; a dot is no line's end."""

    def number(self, text: str) -> str:
        """The number that a text is, NULL where it is none."""

    def half_up(self, number: str, places: int) -> str:
        """A number that is not negative, rounded to so many decimals; halves go up."""

    def percentile(self, values: str, part: float) -> str:
        """The least value that this part, of 1, of the values does not exceed."""

    def average(self, amounts: str, which: str) -> str:
        """The average of those decimals, of three places, for which a condition holds."""

    def moment(self, value: datetime) -> str:
        """A moment in UTC without a zone, as it stands in a statement."""

    def rate(self, worth: Decimal) -> str:
        """An exchange rate of at most 10 places, as it stands in a statement."""

    def converted(self, amount: str, rate: str) -> str:
        """An amount times a rate as a decimal of three places; halves go away from zero."""

    def later(self, moment: str, seconds: str) -> str: ...

    def earlier(self, moment: str, seconds: str) -> str: ...

    def order(self, time: str = "time", key: str = "id") -> str:
        """A number of 128 bits by which events stand in order: by their time, then their id."""

    def walked(self, marked: str, last: int) -> dict[str, str]:
        """Relations by name, the last of them `walked`: who took the first of some steps.

        `marked` is the name of the events, each with its `walker`, `visitor` and `moment` and with
        `step_1` to `step_…`, up to the `last`, whether it is that step. A row of `walked` has the
        `visitor`, the `level` reached, each step at a later moment than the one before, and, short
        of the last one, `begun`, the moment at which it was.
        """

    def bit(self, place: str) -> str:
        """The number of 64 bits whose only bit is the one at a place, of 0 to 62."""

    def has_bit(self, number: str, place: int) -> str:
        """That the bit at a place is set."""

    def moments(self, first: str, last: str, step: str) -> str:
        """A row for each moment from the first on, a step apart, and one for the last.

        The step is the word minute or hour.
        """

    def read_once(self, name: str, relation: str) -> str:
        """A clause of WITH: a relation that is worked out once, however often it is named."""


class DuckDBDialect:
    """See `Dialect`."""

    reads_once = True

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def bind(self, value: object) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def texts(self, values: Sequence[str]) -> str:
        return f"{self.bind(list(values))}::VARCHAR[]"

    def table(self, columns: dict[str, Sequence[str]]) -> str:
        lists = [f"unnest({self.texts(values)}) AS {name}" for name, values in columns.items()]
        return f"(SELECT {', '.join(lists)})"

    def named(self, code: str, names: dict[str, str]) -> str:
        codes, words = self.texts(list(names)), self.texts(list(names.values()))
        return f"list_extract({words}, list_position({codes}, {code}))"

    def each_text(self, texts: Sequence[str]) -> str:
        return f"unnest([{', '.join(texts)}]::VARCHAR[])"

    def keys(self, texts: str) -> str:
        return f"unnest(map_keys({texts}))"

    def lower(self, text: str) -> str:
        return f"lower({text})"

    def contains(self, text: str, part: str) -> str:
        return f"contains({text}, {part})"

    def matches(self, text: str, pattern: str) -> str:
        return f"regexp_matches({text}, {pattern})"

    def number(self, text: str) -> str:
        return f"TRY_CAST({text} AS DOUBLE)"

    def half_up(self, number: str, places: int) -> str:
        return f"round({number}, {places:d})" if places else f"round({number})"

    def percentile(self, values: str, part: float) -> str:
        return f"quantile_disc({values}, {part})"

    def average(self, amounts: str, which: str) -> str:
        return f"avg({amounts}) FILTER (WHERE {which})"

    def moment(self, value: datetime) -> str:
        return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S}'"

    def rate(self, worth: Decimal) -> str:
        return f"{worth:f}::DECIMAL(18, 10)"

    def converted(self, amount: str, rate: str) -> str:
        # Two decimals of 18 digits would have a product of no more.
        return f"CAST(CAST({amount} AS DECIMAL(20, 3)) * {rate} AS DECIMAL(38, 3))"

    def later(self, moment: str, seconds: str) -> str:
        return f"{moment} + to_seconds({seconds})"

    def earlier(self, moment: str, seconds: str) -> str:
        return f"{moment} - to_seconds({seconds})"

    def order(self, time: str = "time", key: str = "id") -> str:
        return f"epoch_us({time})::HUGEINT * 9223372036854775808 + {key}"

    def walked(self, marked: str, last: int) -> dict[str, str]:
        # Step by step, so that nothing is kept of those who did not come so far.
        first = f"FROM {marked} WHERE step_1"
        relations = {"at_1": f"{REACHED} {first} GROUP BY walker"}
        for k in range(2, last + 1):
            relations[f"at_{k}"] = (
                f"{REACHED} FROM {marked} JOIN (SELECT walker, begun AS since FROM at_{k - 1})"  # noqa: S608
                f" AS before USING (walker) WHERE step_{k} AND moment > since GROUP BY walker"
            )
        levels = [
            f"SELECT visitor, {k} AS level, begun FROM at_{k} ANTI JOIN at_{k + 1} USING (walker)"  # noqa: S608
            for k in range(1, last)
        ]
        levels.append(f"SELECT visitor, {last} AS level, begun FROM at_{last}")  # noqa: S608
        return {**relations, "walked": " UNION ALL ".join(levels)}

    def bit(self, place: str) -> str:
        return f"1::BIGINT << {place}"

    def has_bit(self, number: str, place: int) -> str:
        return f"{number} & {1 << place} <> 0"

    def moments(self, first: str, last: str, step: str) -> str:
        return f"unnest(list_append(range({first}, {last}, INTERVAL 1 {step}), {last}))"

    def read_once(self, name: str, relation: str) -> str:
        return f"{name} AS MATERIALIZED ({relation})"
