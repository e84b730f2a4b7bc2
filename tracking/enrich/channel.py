"""Which channel brought a visit, by Plausible's edition of Google's rules.

Google Analytics 4, default channel group: https://support.google.com/analytics/answer/9756891
Plausible, acquisition channels: https://plausible.io/docs/top-referrers

Where the two differ, Plausible holds, so that figures can be compared: AI assistants are a
channel of their own; a click id makes a visit from Google or Bing a paid one; a utm_source
such as "fb-ads" says by itself that the click was paid for; "newsletter" counts as email.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tracking.enrich.sites import is_advertisement, kind_of_source
from tracking.enrich.sources import AI, EMAIL, SEARCH, SHOPPING, SOCIAL, VIDEO

_PAID_MEDIUM = re.compile(r"cp|^ppc$|^retargeting$|^paid")
_SHOPPING_CAMPAIGN = re.compile(r"(?:[^a-df-z]|^)shop|shopping")
_EMAIL = re.compile(r"e[-_ ]?mail|newsletter")
_DISPLAY_MEDIA = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL_MEDIA = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media"}
)
_REFERRAL_MEDIA = frozenset({"referral", "app", "link"})

_PAID_BY_CLICK_ID = {("Google", "gclid"), ("Bing", "msclkid")}


@lru_cache(maxsize=4096)
def channel(
    *, source: str, utm_medium: str, utm_source: str, utm_campaign: str, click_id: str
) -> str:
    """The channel's name, as both documents write it; the first rule that holds decides.

    ``source`` is a name from ``parse_source``, ``click_id`` one of ``Campaign``.
    """
    kind = kind_of_source(source)
    medium, tag, name = utm_medium.lower(), utm_source.lower(), utm_campaign.lower()
    paid_medium = bool(_PAID_MEDIUM.search(medium))
    paid = paid_medium or is_advertisement(utm_source)
    shopping = kind == SHOPPING or bool(_SHOPPING_CAMPAIGN.search(name))
    rules = (
        ("Cross-network", "cross-network" in name),
        ("Paid Shopping", shopping and paid_medium),
        ("Paid Search", kind == SEARCH and (paid or (source, click_id) in _PAID_BY_CLICK_ID)),
        ("Paid Social", kind == SOCIAL and paid),
        ("Paid Video", kind == VIDEO and paid),
        ("Display", medium in _DISPLAY_MEDIA),
        ("Paid Other", paid_medium),
        ("Organic Shopping", shopping),
        ("Organic Social", kind == SOCIAL or medium in _SOCIAL_MEDIA),
        ("Organic Video", kind == VIDEO or "video" in medium),
        ("AI Assistants", kind == AI),
        ("Organic Search", kind == SEARCH or medium == "organic"),
        ("Email", kind == EMAIL or bool(_EMAIL.search(tag) or _EMAIL.search(medium))),
        ("Affiliates", medium == "affiliate"),
        ("Audio", medium == "audio"),
        ("SMS", "sms" in (tag, medium)),
        ("Mobile Push Notifications", _is_push(tag, medium)),
        ("Referral", bool(source) or medium in _REFERRAL_MEDIA),
    )
    return next((found for found, holds in rules if holds), "Direct")


def _is_push(tag: str, medium: str) -> bool:
    return (
        medium.endswith("push") or "mobile" in medium or "notification" in medium
    ) or tag == "firebase"
