"""A warehouse of generated visits, written as sealing writes it, for benchmarks.

Counts per site and popularity of pages, sources and places are skewed as on real sites: most visits
see one page, most visitors come once a day, a few pages and sources have most of the visits.
"""

from datetime import UTC, date, datetime, timedelta

import duckdb

DAYS = 60
LAST = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
PAGES_A_VISIT = 3.33
SMALL_SITES = 100
SMALL_VISITS = 50  # a day
# Younger days are not settled yet.
UNSETTLED = 3

# One row a visit. A fifth of the visits are those of visitors who come several times on that day.
VISITS = """
CREATE OR REPLACE TABLE generated AS
SELECT
    ($first + i * 64)::BIGINT AS visit,
    if(i < $large, 1, 2 + (i - $large) % $sites)::BIGINT AS site_id,
    (hash($day, site_id, if(random() < 0.2, i % ($large // 10), i + 1000000000)) >> 1)::BIGINT
        AS visitor,
    $day + to_microseconds((86_000e6 * random())::BIGINT) AS start,
    least(1 + floor(-ln(1 - random()) / 0.354), 50)::INTEGER AS pages,
    if(a < 0.4, '', 'source' || (200 * b ** 4)::INTEGER) AS source,
    if(a < 0.4, 'Direct', ['Organic Search', 'Referral', 'Organic Social', 'Email']
        [1 + (3.99 * b * b)::INTEGER]) AS channel,
    if(a > 0.9, 'campaign' || (50 * b)::INTEGER, '') AS utm_campaign,
    ['US', 'DE', 'GB', 'FR', 'AT', 'CH', 'NL', 'ES', 'IT', 'PL'][1 + (9.99 * c ** 2)::INTEGER]
        AS country,
    'Region ' || (60 * c ** 2)::INTEGER AS region,
    'City ' || (500 * c ** 2)::INTEGER AS city,
    ['Chrome', 'Safari', 'Firefox', 'Edge', 'Opera'][1 + (4.99 * d ** 2)::INTEGER] AS browser,
    (80 + 40 * random())::INTEGER::VARCHAR AS browser_version,
    ['Windows', 'iOS', 'Android', 'Mac', 'GNU/Linux'][1 + (4.99 * e ** 2)::INTEGER] AS os,
    (20 * random())::INTEGER::VARCHAR AS os_version,
    ['Desktop', 'Mobile', 'Tablet'][1 + (2.99 * e ** 2)::INTEGER] AS device,
    ['Desktop', 'Mobile', 'Laptop', 'Tablet'][1 + (3.99 * e ** 2)::INTEGER] AS screen,
    ['en', 'de', 'fr', 'es'][1 + (3.99 * c ** 2)::INTEGER] AS language
FROM (
    SELECT i, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e
    FROM range($large + $sites * $small) AS numbers (i)
)
"""

EVENTS = """
CREATE OR REPLACE TABLE leaving AS
SELECT
    visit + page AS id, site_id, visitor, visit,
    start + to_microseconds((if(page > 0, page + random(), 0) * 30e6)::BIGINT) AS time,
    'pageview' AS name, true AS interactive, 'example.com' AS hostname,
    '/page/' || (2000 * random() ** 5)::INTEGER AS path, 'A page' AS title,
    NULL::MAP(VARCHAR, VARCHAR) AS props, NULL::DECIMAL(18, 3) AS revenue_amount,
    '' AS revenue_currency, NULL::SMALLINT AS scroll_depth, NULL::INTEGER AS engaged_ms,
    'no' AS bot, false AS single, if(source = '', '', source || '.example') AS referrer,
    source, channel, '' AS utm_source, '' AS utm_medium, utm_campaign, '' AS utm_content,
    '' AS utm_term, country, region, city, browser, browser_version, os, os_version, device,
    screen, language
FROM (SELECT *, unnest(range(pages)) AS page FROM generated)
"""


def fill(pageviews: int) -> None:
    """Make the sites and 60 days of visits, of which the first site has so many pageviews."""
    from django.conf import settings

    from tracking.models import EventLog, Site
    from tracking.site_creation import team_of
    from tracking.warehouse.database import writer
    from tracking.warehouse.sealing.merge import merge
    from tracking.warehouse.sealing.turn import turn

    names = ["large.example", *(f"small{number}.example" for number in range(SMALL_SITES))]
    team = team_of(None)
    for key, name in enumerate(names, 1):
        Site.objects.create(pk=key, team=team, domain=name, timezone="Europe/Berlin")
    visits = round(pageviews / DAYS / PAGES_A_VISIT)
    each = visits + SMALL_SITES * SMALL_VISITS
    EventLog.objects.create(pk=1, last_id=(DAYS + 1) * each * 64)
    with turn() as mine, writer() as connection:
        connection.execute("SELECT setseed(0.5)")
        for number in range(DAYS):
            day = LAST - timedelta(days=DAYS - 1 - number)
            _generate(connection, day, 64 * (1 + number * each), visits)
            # As sealing has it: what is settled has sums where the files are here.
            settled = number < DAYS - UNSETTLED and not settings.WAREHOUSE
            _seal(connection, mine, day, settled)
        merge(connection, mine, NOW)


def _generate(connection: duckdb.DuckDBPyConnection, day: date, first: int, visits: int) -> None:
    counts = {"large": visits, "sites": SMALL_SITES, "small": SMALL_VISITS}
    start = datetime.combine(day, datetime.min.time())
    connection.execute(VISITS, {"day": start, "first": first, **counts})
    connection.execute(EVENTS)


def _seal(connection, mine, day: date, settled: bool) -> None:  # type: ignore[no-untyped-def]
    from tracking.models import SealedShare
    from tracking.warehouse.sealing.manifest import next_generation
    from tracking.warehouse.sealing.merge import find_single
    from tracking.warehouse.sealing.seal import shares_of, write_segment
    from tracking.warehouse.sealing.sums import write_sums

    shares = shares_of(connection)
    if settled:
        connection.execute("CREATE OR REPLACE TABLE elsewhere (site_id BIGINT, visitor BIGINT)")
        find_single(connection)
        segment = write_segment(connection, mine, day, NOW, visits="visits")
        segment.size += write_sums(connection, segment.name, shares)
    else:
        segment = write_segment(connection, mine, day, NOW)
    segment.final = settled
    segment.moved_at = next_generation()
    segment.save()
    for share in shares:
        share.segment = segment
    SealedShare.objects.bulk_create(shares)
