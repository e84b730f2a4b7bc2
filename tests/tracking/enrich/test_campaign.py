"""What a query string says of the campaign."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.enrich.campaign import Campaign, campaign


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", Campaign(), id="empty"),
        pytest.param("a", Campaign(), id="no-value"),
        pytest.param("page=2&utm_id=5", Campaign(), id="other-parameters"),
        pytest.param(
            "utm_source=ig&utm_medium=social&utm_campaign=may&utm_content=a&utm_term=b",
            Campaign("ig", "social", "may", "a", "b", source_tag="ig"),
            id="all-five",
        ),
        pytest.param(
            "utm_campaign=caf%C3%A9+au%20lait", Campaign(utm_campaign="café au lait"), id="escapes"
        ),
        pytest.param("utm_source=a&utm_source=b", Campaign("a", source_tag="a"), id="first-of-two"),
        pytest.param("utm_source=&ref=hn", Campaign(source_tag="hn"), id="empty-utm-source"),
        pytest.param("ref=b&source=a", Campaign(source_tag="a"), id="source-before-ref"),
        pytest.param(
            "source=x&utm_source=y", Campaign("y", source_tag="y"), id="utm-source-before-source"
        ),
        pytest.param("gclid=Cj0", Campaign(click_id="gclid"), id="gclid"),
        pytest.param("msclkid=1f", Campaign(click_id="msclkid"), id="msclkid"),
        pytest.param("gclid=", Campaign(), id="empty-click-id"),
        pytest.param("UTM_SOURCE=a", Campaign(), id="capitals"),
        pytest.param(
            "utm_term=a%00b%ED%A0%80", Campaign(utm_term="ab\ufffd\ufffd\ufffd"), id="unstorable"
        ),
        pytest.param("a=1&" * 300 + "utm_term=b", Campaign(), id="after-200-parameters"),
    ],
)
def test_campaign_reads_what_links_carry(query, expected):
    assert expected == campaign(query)


@given(st.text(alphabet=st.characters()))
def test_campaign_never_raises(text):
    assert isinstance(campaign(text + "=" + text), Campaign)
