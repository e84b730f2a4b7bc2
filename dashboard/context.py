"""What every page's template knows besides what its view gives."""

from typing import Any

from django.http import HttpRequest

from tracking.access import visible_sites


def my_sites(request: HttpRequest) -> dict[str, Any]:
    """`my_sites`: the sites of the site switcher, read only where a template lists them."""
    if not hasattr(request, "user"):
        return {}
    return {"my_sites": visible_sites(request.user)}
