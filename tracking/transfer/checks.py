"""What a line must be like: SQL over lines, and a sentence for each way to be refused."""

from tracking.transfer.derive import TELLING
from tracking.transfer.fields import FIELDS
from tracking.warehouse.schema import OF_VISIT

LONGEST = 8000
# Clocks go wrong.
AHEAD = "INTERVAL 1 HOUR"

# Every field is read as text first: what is refused is refused here, in words.
# A record's key says that it is the same one as in another file of its source.
KEY = "_record"
ROW = "{" + ", ".join(f'"{name}": "VARCHAR"' for name in (*FIELDS, KEY)) + "}"

TEXTS = ("visitor", "visit", "url", "hostname", "path", "title", *OF_VISIT)


def _number(name: str, kind: str) -> str:
    return f"try_cast(nullif(trim(raw.{name}), '') AS {kind})"


# Fields that are no texts, null where a text is not theirs.
TYPED = {
    "time": "if(raw.timestamp LIKE '____-__-__%:__%',"
    " make_timestamp(epoch_us(try_cast(raw.timestamp AS TIMESTAMPTZ))), NULL)",
    "props": "try_cast(try_cast(nullif(raw.props, '') AS JSON) AS MAP(VARCHAR, VARCHAR))",
    "revenue_amount": _number("revenue_amount", "DECIMAL(18, 3)"),
    "interactive": _number("interactive", "BOOLEAN"),
    "scroll_depth": _number("scroll_depth", "SMALLINT"),
    "engaged_ms": _number("engaged_ms", "INTEGER"),
    "sequence": _number("sequence", "BIGINT"),
}


def _wrong(name: str) -> str:
    return f"nullif(trim(raw.{name}), '') IS NOT NULL AND {name} IS NULL"


# The first that holds is why a line is refused.
REFUSALS = (
    ("NOT sound", "It is no JSON object."),
    (r"contains(line, '\u0000')", "It has a NUL character."),
    ("raw.timestamp IS NULL", "It has no timestamp."),
    ("raw.visitor IS NULL", "It has no visitor."),
    ("raw.name IS NULL", "It has no name."),
    ("raw.url IS NULL", "It has no url."),
    ("time IS NULL", "Its timestamp is no time such as 2026-03-10T12:00:00Z."),
    ("time < TIMESTAMP '2000-01-01'", "Its timestamp lies before the year 2000."),
    (f"time > $now + {AHEAD}", "Its timestamp lies in the future."),
    ("length(raw.name) NOT BETWEEN 1 AND 120", "Its name must have 1 to 120 characters."),
    *(
        (
            # The bytes of the line are known without counting.
            f"strlen(line) > {LONGEST} AND length(raw.{name}) > {LONGEST}",
            f"Its {name} has more than {LONGEST} characters.",
        )
        for name in TEXTS
    ),
    (
        "raw.country <> '' AND NOT regexp_full_match(raw.country, '[A-Za-z]{2}')",
        "Its country is no code such as DE.",
    ),
    (_wrong("props"), "Its props are no object of texts."),
    (_wrong("revenue_amount"), "Its revenue_amount is no number, or too large."),
    (
        "raw.revenue_currency <> '' AND NOT regexp_full_match(raw.revenue_currency, '[A-Za-z]{3}')",
        "Its revenue_currency is no code such as EUR.",
    ),
    (_wrong("interactive"), "Its interactive is neither true nor false."),
    (
        f"{_wrong('scroll_depth')} OR scroll_depth NOT BETWEEN 0 AND 100",
        "Its scroll_depth is no number from 0 to 100.",
    ),
    (
        f"{_wrong('engaged_ms')} OR engaged_ms < 0",
        "Its engaged_ms is no number of milliseconds.",
    ),
    (_wrong("sequence"), "Its sequence is no whole number."),
    (
        "raw.flags <> '' AND NOT list_has_all(['bot', 'no_visitor'], string_split(raw.flags, ','))",
        "Its flags are other than bot and no_visitor.",
    ),
)

# Parameters: $text, the lines; $numbers, null where they count from $first; $now. Blank lines are
# left out.
READ = f"""
CREATE OR REPLACE TEMP TABLE block AS
WITH lines AS (
    SELECT unnest(string_split($text, chr(10))) AS line,
        unnest(coalesce($numbers::BIGINT[], range($first::BIGINT, $end::BIGINT))) AS number
), parsed AS (
    SELECT line, number, json_valid(line) AS sound,
        from_json(if(json_valid(line), line, '{{}}'), '{ROW}') AS raw
    FROM lines WHERE line NOT IN ('', chr(13))
), typed AS (
    SELECT *, {", ".join(f"{sql} AS {name}" for name, sql in TYPED.items())} FROM parsed
)
SELECT * EXCLUDE (line, sound),
    CASE {" ".join(f"WHEN {when} THEN '{why}'" for when, why in REFUSALS)} ELSE '' END AS problem,
    {" OR ".join(f"raw.{name} IS NULL" for name in TELLING if name not in ("hostname", "referrer"))}
        OR contains(raw.referrer, '://') AS tells,
    if(tells, to_json([{", ".join(f"raw.{name}" for name in TELLING)}])::VARCHAR, NULL) AS key
FROM typed
"""  # noqa: S608
