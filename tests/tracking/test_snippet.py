import pytest

from tracking.models import Site
from tracking.snippet import image_snippet, snippet, visited_address, vitals_snippet


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "https://stats.example.com"
    settings.SCRIPT_PATH = "/js/script.js"


def test_script_is_deferred_and_names_the_domain():
    assert (
        '<script defer data-domain="localhost:8000" '
        'src="https://stats.example.com/js/script.js"></script>'
    ) == snippet(Site(domain="localhost:8000"))


def test_script_that_measures_web_vitals_has_a_name_of_its_own():
    assert (
        '<script defer data-domain="a.example" '
        'src="https://stats.example.com/js/script.vitals.js"></script>'
    ) == vitals_snippet(Site(domain="a.example"))


def test_image_asks_the_browser_to_name_the_whole_page():
    assert (
        '<img src="https://stats.example.com/image/localhost:8000.gif" alt="" width="1" '
        'height="1" referrerpolicy="no-referrer-when-downgrade">'
    ) == image_snippet(Site(domain="localhost:8000"))


def test_address_for_programs_quotes_the_event():
    assert "https://stats.example.com/visit/a.example/visited?event=Sign%20up%20%26%20pay" == (
        visited_address(Site(domain="a.example"), "Sign up & pay")
    )
