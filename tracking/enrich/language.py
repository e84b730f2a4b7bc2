"""The language a browser asks for."""

from __future__ import annotations

import re
from functools import lru_cache

_MOST = 512

# RFC 5646: language, script, region; variants and extensions behind them are left out.
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?:-[a-z0-9-]*)?",
    re.IGNORECASE | re.ASCII,
)
_WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)", re.ASCII)


@lru_cache(maxsize=4096)
def language(accept_language: str) -> str:
    """The most wanted language of an Accept-Language header (RFC 9110, 12.5.4).

    A single tag, as navigator.language gives it, will do as well. Written as RFC 5646
    recommends ("en", "pt-BR", "zh-Hant-TW"); "" for any text that names none.
    """
    best, best_weight = "", 0.0
    for choice in accept_language[:_MOST].split(","):
        tag, _, parameter = choice.partition(";")
        weight = _weight(parameter.strip())
        if weight > best_weight and (found := _normal(tag.strip())):
            best, best_weight = found, weight
    return best


def _weight(parameter: str) -> float:
    match = _WEIGHT.fullmatch(parameter)
    return float(match[1]) if match else 1.0


def _normal(tag: str) -> str:
    match = _TAG.fullmatch(tag.replace("_", "-"))
    if not match:
        return ""
    parts = [match["language"].lower()]
    if match["script"]:
        parts.append(match["script"].title())
    if match["region"]:
        parts.append(match["region"].upper())
    return "-".join(parts)
