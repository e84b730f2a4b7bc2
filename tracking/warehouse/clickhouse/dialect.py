"""The SQL of a question as ClickHouse has it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

# What a DateTime64 and a Date can hold, as far as events and the bounds of periods lie there.
EARLIEST, LATEST = datetime(1970, 1, 1), datetime(2148, 12, 31)

STEPS = {"minute": ("toIntervalMinute", 60_000_000), "hour": ("toIntervalHour", 3_600_000_000)}


class ClickHouseDialect:
    """See `tracking.warehouse.dialect.Dialect`. `reads_once` is whether the server has a way to."""

    def __init__(self, reads_once: bool) -> None:
        self.values: dict[str, object] = {}
        self.reads_once = reads_once

    def bind(self, value: object) -> str:
        match value:
            case datetime():
                moment = min(max(value, EARLIEST), LATEST)
                return self._bind("DateTime64(6, 'UTC')", f"{moment:%Y-%m-%d %H:%M:%S.%f}")
            case date():
                day = min(max(value, EARLIEST.date()), LATEST.date())
                return self._bind("Date", day.isoformat())
            case int():
                return self._bind("Int64", value)
            case str():
                return self._bind("String", value)
        raise TypeError(f"no parameter can be made of {type(value)}")

    def _bind(self, kind: str, value: object) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"

    def texts(self, values: Sequence[str]) -> str:
        return self._bind("Array(String)", list(values))

    def table(self, columns: dict[str, Sequence[str]]) -> str:
        lists = ", ".join(self.texts(values) for values in columns.values())
        named = ", ".join(f"t.{n} AS {name}" for n, name in enumerate(columns, 1))
        return f"(SELECT {named} FROM (SELECT arrayJoin(arrayZip({lists})) AS t))"  # noqa: S608

    def named(self, code: str, names: dict[str, str]) -> str:
        codes, words = self.texts(list(names)), self.texts(list(names.values()))
        # What has no place in the list has the place 0, and there is the empty text.
        return f"nullif({words}[indexOf({codes}, {code})], '')"

    def each_text(self, texts: Sequence[str]) -> str:
        return f"arrayJoin(CAST([{', '.join(texts)}], 'Array(Nullable(String))'))"

    def keys(self, texts: str) -> str:
        return f"arrayJoin(mapKeys({texts}))"

    def lower(self, text: str) -> str:
        # Letters that other engines make one letter, wherever they stand, it would not.
        return f"lowerUTF8(translateUTF8({text}, 'Σİ', 'σi'))"

    def contains(self, text: str, part: str) -> str:
        return f"position({text}, {part}) > 0"

    def matches(self, text: str, pattern: str) -> str:
        # Here a dot would be a line's end too.
        return f"match({text}, concat('(?-s)', {pattern}))"

    def number(self, text: str) -> str:
        return f"toFloat64OrNull({text})"

    def half_up(self, number: str, places: int) -> str:
        # round() rounds halves to even.
        if not places:
            return f"floor({number} + 0.5)"
        return f"floor(({number}) * {10**places:d} + 0.5) / {10**places:d}"

    def percentile(self, values: str, part: float) -> str:
        # Of n values in order, quantileExact takes the one after part * n of them, rounded down.
        return f"quantileExact({part - 1e-12!r})({values})"

    def average(self, amounts: str, which: str) -> str:
        chosen = f"FILTER (WHERE {which})"
        # One division of whole numbers, so that it is rounded once.
        return (
            f"toFloat64(toInt64(sum({amounts}) {chosen} * 1000))"
            f" / nullif(count({amounts}) {chosen} * 1000, 0)"
        )

    def moment(self, value: datetime) -> str:
        return f"toDateTime64('{value:%Y-%m-%d %H:%M:%S}', 6, 'UTC')"

    def rate(self, worth: Decimal) -> str:
        return f"toDecimal128('{worth:f}', 10)"

    def converted(self, amount: str, rate: str) -> str:
        return f"toDecimal128(round({amount} * {rate}, 3), 3)"

    def later(self, moment: str, seconds: str) -> str:
        return f"{moment} + toIntervalSecond({seconds})"

    def earlier(self, moment: str, seconds: str) -> str:
        return f"{moment} - toIntervalSecond({seconds})"

    def order(self, time: str = "time", key: str = "id") -> str:
        microseconds = f"toUnixTimestamp64Micro(assumeNotNull({time}))"
        return f"toInt128({microseconds}) * toInt128('9223372036854775808') + {key}"

    def walked(self, marked: str, last: int) -> dict[str, str]:
        # In one go, which it is faster at than at joins: each walker's moments of each step, then
        # the first that are one more. Of the first step the least is enough, and of
        # the last one the greatest.
        between = range(2, last)
        moments = "".join(
            f", groupArray(moment) FILTER (WHERE step_{k}) AS at_{k}" for k in between
        )
        found = (
            "SELECT max(visitor) AS who, min(moment) FILTER (WHERE step_1) AS reached_1"  # noqa: S608
            f"{moments}, max(moment) FILTER (WHERE step_{last}) AS latest FROM {marked}"
            f" WHERE walker IN (SELECT walker FROM {marked} WHERE step_1) GROUP BY walker"
        )
        for k in between:
            later = f"arrayFilter(each -> each > reached_{k - 1}, at_{k})"
            # Of an empty list the first is 0.
            reached = f"nullif(arraySort({later})[1], 0) AS reached_{k}"
            found = f"SELECT *, {reached} FROM ({found})"  # noqa: S608
        taken = [f"reached_{k} IS NOT NULL" for k in between] + [f"latest > reached_{last - 1}"]
        levels = "".join(f" + CASE WHEN {holds} THEN 1 ELSE 0 END" for holds in taken)
        begun = ", ".join(f"reached_{k}" for k in range(last - 1, 0, -1))
        level = f"1{levels} AS level, coalesce({begun}) AS begun"
        return {"walked": f"SELECT who AS visitor, {level} FROM ({found})"}  # noqa: S608

    def bit(self, place: str) -> str:
        return f"bitShiftLeft(toInt64(1), {place})"

    def has_bit(self, number: str, place: int) -> str:
        return f"bitTest({number}, {place})"

    def moments(self, first: str, last: str, step: str) -> str:
        interval, microseconds = STEPS[step]
        length = f"greatest(dateDiff('microsecond', {first}, {last}), 0)"
        steps = f"range(toUInt32(intDiv({length} + {microseconds - 1:d}, {microseconds:d})))"
        return f"arrayJoin(arrayPushBack(arrayMap(n -> {first} + {interval}(n), {steps}), {last}))"

    def read_once(self, name: str, relation: str) -> str:
        return f"{name} AS {'MATERIALIZED ' if self.reads_once else ''}({relation})"
