"""The rules of channels, in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.enrich.channel import channel


def channel_of(source="", *, medium="", tag="", name="", click_id=""):
    return channel(
        source=source, utm_medium=medium, utm_source=tag, utm_campaign=name, click_id=click_id
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(channel_of(), "Direct", id="nothing"),
        pytest.param(channel_of(name="Cross-Network-5"), "Cross-network", id="cross-network"),
        pytest.param(
            channel_of("Amazon", medium="cpc", name="cross-network"), "Cross-network", id="first"
        ),
        pytest.param(channel_of(name="shopping", medium="paid"), "Paid Shopping", id="campaign"),
        pytest.param(channel_of("Shopify", medium="paid"), "Paid Shopping", id="shop-paid"),
        pytest.param(channel_of("DuckDuckGo", medium="ppc"), "Paid Search", id="search-ppc"),
        pytest.param(channel_of("Google", medium="retargeting"), "Paid Search", id="retargeting"),
        pytest.param(channel_of("Google", click_id="gclid"), "Paid Search", id="gclid"),
        pytest.param(channel_of("Bing", click_id="msclkid"), "Paid Search", id="msclkid"),
        pytest.param(channel_of("Bing", click_id="gclid"), "Organic Search", id="foreign-click-id"),
        pytest.param(channel_of("Google", tag="adwords"), "Paid Search", id="adwords"),
        pytest.param(channel_of("TikTok", medium="paid-social"), "Paid Social", id="social-paid"),
        pytest.param(channel_of("Facebook", tag="fb-ads"), "Paid Social", id="fb-ads"),
        pytest.param(channel_of("YouTube", medium="cpv-cpc"), "Paid Video", id="video-paid"),
        pytest.param(channel_of("YouTube", tag="yt-ads"), "Paid Video", id="yt-ads"),
        pytest.param(channel_of(medium="banner"), "Display", id="banner"),
        pytest.param(channel_of("blog.example", medium="cpm"), "Display", id="cpm-is-display"),
        pytest.param(channel_of("Google", medium="display"), "Display", id="search-display"),
        pytest.param(channel_of(medium="CPC"), "Paid Other", id="medium-alone"),
        pytest.param(channel_of("Walmart"), "Organic Shopping", id="shop"),
        pytest.param(channel_of(name="summer-shop"), "Organic Shopping", id="shop-campaign"),
        pytest.param(channel_of(name="eshop"), "Organic Shopping", id="e-shop"),
        pytest.param(channel_of(name="workshop"), "Direct", id="workshop"),
        pytest.param(channel_of("Hacker News"), "Organic Social", id="social"),
        pytest.param(channel_of(medium="social-media"), "Organic Social", id="social-medium"),
        pytest.param(channel_of("Vimeo"), "Organic Video", id="video"),
        pytest.param(channel_of(medium="in-video"), "Organic Video", id="video-medium"),
        pytest.param(channel_of("ChatGPT"), "AI Assistants", id="assistant"),
        pytest.param(channel_of("Ecosia"), "Organic Search", id="search"),
        pytest.param(channel_of(medium="organic"), "Organic Search", id="organic-medium"),
        pytest.param(channel_of("Gmail"), "Email", id="webmail"),
        pytest.param(channel_of(medium="e-mail"), "Email", id="email-medium"),
        pytest.param(channel_of("May-Newsletter", tag="May-Newsletter"), "Email", id="newsletter"),
        pytest.param(channel_of(medium="affiliate"), "Affiliates", id="affiliate"),
        pytest.param(channel_of(medium="audio"), "Audio", id="audio"),
        pytest.param(channel_of("sms", tag="SMS"), "SMS", id="sms-source"),
        pytest.param(channel_of(medium="sms"), "SMS", id="sms-medium"),
        pytest.param(channel_of(medium="web-push"), "Mobile Push Notifications", id="push"),
        pytest.param(channel_of(medium="mobile-2"), "Mobile Push Notifications", id="mobile"),
        pytest.param(
            channel_of("firebase", tag="firebase"), "Mobile Push Notifications", id="firebase"
        ),
        pytest.param(channel_of("blog.example"), "Referral", id="other-site"),
        pytest.param(channel_of("Wikipedia"), "Referral", id="known-site-of-no-kind"),
        pytest.param(channel_of(medium="link"), "Referral", id="link-medium"),
    ],
)
def test_first_rule_that_holds_gives_the_channel(found, expected):
    assert expected == found


ANY = st.text(alphabet=st.characters())


@given(ANY, ANY, ANY, ANY, ANY)
def test_channel_never_raises(source, medium, tag, name, click_id):
    assert channel_of(source, medium=medium, tag=tag, name=name, click_id=click_id)
