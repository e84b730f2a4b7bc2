"""The frames of a wall, as JSON texts; docs/wall.md says what each means."""

import json
from collections.abc import Iterable

from django.templatetags.static import static

from realtime.rows import Row
from realtime.visits import country_name
from realtime.window import Now
from tracking.models import Site

ALIVE = json.dumps({"type": "alive"})


def hello() -> str:
    """`script` tells a screen that was opened before an upgrade to load its page again."""
    return json.dumps({"type": "hello", "cursor": 0, "script": static("js/wall.js")})


def sites(shown: list[Site], left_out: int) -> str:
    listed = [{"id": site.pk, "domain": site.domain} for site in shown]
    return json.dumps({"type": "sites", "sites": listed, "left_out": left_out})


def tile(site_id: int, now: Now | None, row: Row | None) -> str:
    """What stands in a site's tile, a part of the next frame."""
    return json.dumps(
        {
            "id": site_id,
            "online": now.online if now else 0,
            "minutes": now.minutes if now else [],
            "pageviews": now.pageviews if now else 0,
            "page": now.pages[0].value if now and now.pages else "",
            "visit": latest(row) if row else None,
        }
    )


def latest(row: Row) -> dict[str, str]:
    return {
        "time": row.last.isoformat(),
        "flag": row.visit.flag,
        "place": row.visit.city or country_name(row.visit.country),
        "path": row.page,
        "source": row.visit.source,
    }


def tiles(cursor: int, parts: Iterable[str]) -> str:
    """The tiles that changed; each is text already, made once for all walls."""
    return f'{{"type": "tiles", "cursor": {cursor}, "tiles": [{", ".join(parts)}]}}'
