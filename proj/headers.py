"""What browsers are told in every answer of the pages, files and health included."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from tracking.ingest.http import hsts

# Nothing here is ever asked of a visitor's device.
UNUSED = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "usb"),
)
HEADERS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
    # Pages bring a policy of their own; what is none loads nothing.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class SafeHeaders(MiddlewareMixin):
    """Adds the headers that an answer does not set by itself."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # Django's own has it where the proxy says that it was asked by https, which not all do.
        for raw_name, raw_value in hsts():
            response.headers.setdefault(raw_name.decode(), raw_value.decode())
        return response
