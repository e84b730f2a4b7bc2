from ipaddress import ip_network

import pytest
from django.core.exceptions import ValidationError

from tests.factories import SiteFactory
from tracking.models import SiteAlias
from tracking.models.lists import (
    read_country,
    read_hostname,
    read_network,
    read_page,
    read_parameter,
    readable,
    validate_countries,
    validate_hostnames,
    validate_networks,
    validate_pages,
    validate_parameters,
)


@pytest.mark.parametrize(
    ("read", "entry", "expected"),
    [
        (read_hostname, "WWW.Example.com", "example.com"),
        (read_hostname, "https://example.com:8080/shop", "example.com"),
        (read_hostname, "*.example.com", "*.example.com"),
        (read_hostname, "*", "*"),
        (read_hostname, "bücher.example", "bücher.example"),
        (read_network, "10.0.0.7", ip_network("10.0.0.7/32")),
        (read_network, "10.0.0.7/8", ip_network("10.0.0.0/8")),
        (read_network, "2001:db8::/32", ip_network("2001:db8::/32")),
        (read_network, "::ffff:10.0.0.0/104", ip_network("10.0.0.0/8")),
        (read_country, "de", "DE"),
        (read_page, "/admin/*", "/admin/*"),
        (read_page, "*.php", "*.php"),
        (read_parameter, "utm_*", "utm_*"),
    ],
)
def test_entry_is_read_as_hits_are_compared_with_it(read, entry, expected):
    assert expected == read(entry)


@pytest.mark.parametrize(
    ("validate", "text", "sentences"),
    [
        (
            validate_hostnames,
            "example.com\n\nno host",
            ["Line 3, “no host”, is not a hostname such as example.com or *.example.com."],
        ),
        (
            validate_networks,
            "10.0.0.0/33\n::1\nhome",
            [
                "Line 1, “10.0.0.0/33”, is not an IP address or a network such as 10.0.0.0/8.",
                "Line 3, “home”, is not an IP address or a network such as 10.0.0.0/8.",
            ],
        ),
        (
            validate_countries,
            "Germany",
            ["Line 1, “Germany”, is not a country's code of two letters such as DE."],
        ),
        (
            validate_pages,
            "admin",
            ["Line 1, “admin”, is not a path that begins with / such as /admin/*."],
        ),
        (
            validate_parameters,
            "page=2",
            ["Line 1, “page=2”, is not the name of a parameter such as page."],
        ),
        (validate_pages, "/" + "a" * 500, ["Line 1 is longer than 500 characters."]),
        (validate_pages, "/a\n" * 501, ["There are 501 lines; at most 500 are possible."]),
    ],
)
def test_list_is_refused_with_a_sentence_for_each_line(validate, text, sentences):
    with pytest.raises(ValidationError) as refused:
        validate(text)

    assert sentences == refused.value.messages


def test_line_that_cannot_be_read_is_passed_over():
    assert ["DE", "AT"] == readable("DE\nGermany\n\n at ", read_country)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("example.com", "This is the domain of a site on this server."),
        ("https://www.example.com/", "This is the domain of a site on this server."),
        ("one, two", "Enter a name without spaces and commas."),
        ("www.", "Enter a name without spaces and commas."),
    ],
)
def test_alias_that_no_tracker_could_call_is_refused(name, sentence):
    site = SiteFactory(domain="example.com")

    with pytest.raises(ValidationError) as refused:
        SiteAlias(site=site, name=name).full_clean()

    assert {"name": [sentence]} == refused.value.message_dict
