"""What a request without a script says: which page it came from."""

from tracking.ingest.http import Request
from tracking.ingest.protocols.fields import URL_BYTES, is_page
from tracking.ingest.text import cut, storable


def page_of(request: Request, domain: str) -> str:
    """The page that shows the image, from the Referer header; the site's front page without one."""
    referer = storable(request.headers.get("referer", ""))
    if len(referer.encode("utf-8", "ignore")) <= URL_BYTES and is_page(referer):
        return referer
    return cut(f"https://{domain}/", URL_BYTES)
