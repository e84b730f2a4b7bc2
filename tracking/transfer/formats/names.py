"""What other programs call browsers, systems and places, as our reports do."""

import re

# Beside those that `tracking.enrich.user_agent` calls by another name.
BROWSERS = {
    "chrome-webview": "Mobile App",
    "crios": "Chrome",
    "edge": "Microsoft Edge",
    "edge-chromium": "Microsoft Edge",
    "edge-ios": "Microsoft Edge",
    "facebook": "Mobile App",
    "fxios": "Firefox",
    "ie": "Internet Explorer",
    "instagram": "Mobile App",
    "ios": "Safari",
    "ios-webview": "Mobile App",
    "opera-mini": "Opera",
    "samsung": "Samsung Browser",
    "samsung internet": "Samsung Browser",
    "yandexbrowser": "Yandex Browser",
}
SYSTEMS = {
    "android os": "Android",
    "linux": "GNU/Linux",
    "mac os": "Mac",
    "macos": "Mac",
    "mac os x": "Mac",
    "chrome os": "Chrome OS",
    "windows mobile": "Windows Mobile",
}
VERSION = re.compile(r"(.*\S)\s+(\d\S*)")
REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


def browser_name(name: str) -> str:
    """Of a name without a version: "edge-chromium", "Firefox"."""
    known = BROWSERS.get(name.lower())
    return known or (name.capitalize() if name.islower() else name)


def system_name(name: str) -> str:
    return SYSTEMS.get(name.lower(), name)


def browser_and_version(text: str) -> tuple[str, str]:
    """Of a name with its version: "Firefox 68"."""
    name, version = _split(text)
    return browser_name(name), version


def system_and_version(text: str) -> tuple[str, str]:
    """Of a name with its version, which for Linux is that of the distribution's name."""
    name, version = _split(text)
    if name.startswith("Linux "):
        return name.removeprefix("Linux "), version
    return system_name(name), version


def _split(text: str) -> tuple[str, str]:
    found = VERSION.fullmatch(text.strip())
    return (found[1], found[2]) if found else (text.strip(), "")


def place(code: str) -> dict[str, str]:
    """Country and region of a code of ISO 3166: "US", "US-TX"; regions stay codes."""
    code = code.strip().upper()
    country = code.partition("-")[0]
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        return {"country": ""}
    return {"country": country, "region": code if REGION.fullmatch(code) else ""}
