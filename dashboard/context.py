"""What every page's template knows besides what its view gives."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from maxminddb import InvalidDatabaseError

from tracking.access import visible_sites
from tracking.ingest.place import Places


def my_sites(request: HttpRequest) -> dict[str, Any]:
    """`my_sites`: the sites of the site switcher, read only where a template lists them."""
    if not hasattr(request, "user"):
        return {}
    return {"my_sites": visible_sites(request.user)}


def attribution(request: HttpRequest) -> dict[str, Any]:
    """`attribution`: `text` and `url` that the makers of the places' file ask for."""
    try:
        file = places()
    except (OSError, InvalidDatabaseError):
        # A footer is no reason to show no page; accepting hits says what is wrong with the file.
        return {}
    file.reload_if_changed()
    return {"attribution": file.attribution}


@cache
def places() -> Places:
    return Places(settings.GEOIP_FILE)
