"""Reporting errors to Sentry, where a server has one."""

import sys


def report(error: BaseException) -> None:
    """Report an error, if reports were started; the SDK, ten megabytes, is loaded by that alone."""
    if sdk := sys.modules.get("sentry_sdk"):
        sdk.capture_exception(error)
