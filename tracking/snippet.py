"""What a site's owner puts into its pages."""

from django.conf import settings
from django.utils.html import format_html

from tracking.models import Site


def snippet(site: Site) -> str:
    """The line for the head of each page, as HTML text."""
    return format_html(
        '<script defer data-domain="{}" src="{}"></script>',
        site.domain,
        settings.PUBLIC_URL + settings.SCRIPT_PATH,
    )
