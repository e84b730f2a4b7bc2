"""Which scripts are served where."""

import pytest

from tracking.ingest.scripts import Scripts


@pytest.mark.parametrize(
    ("path", "switched_on"),
    [
        ("/js/plausible.js", "{...script.dataset}"),
        ("/js/script.outbound-links.file-downloads.js", "{...script.dataset}"),
        ("/js/script.hash.js", '{hash:"",...script.dataset}'),
        ("/js/plausible.manual.revenue.hash.js", '{hash:"",manual:"",...script.dataset}'),
    ],
)
def test_the_names_of_plausibles_script_switch_on_what_they_name(path, switched_on):
    found = Scripts().at(path)

    assert found
    assert switched_on.encode() in found.body


def test_all_numbers_of_plausibles_server_name_one_script():
    scripts = Scripts()

    assert None is not scripts.at("/js/pa-one.js") is scripts.at("/js/pa-6_srOGVV9SLMWJ1ZpUAbG.js")


@pytest.mark.parametrize(
    "path", ["/js/other.js", "/js/script.HASH.js", "/js/script..js", "/js/pa-.js", "/js/pa-a/b.js"]
)
def test_other_names_have_no_script(path):
    assert Scripts().at(path) is None


def test_the_part_that_measures_web_vitals_comes_with_a_name_of_its_own(settings):
    settings.SCRIPT_PATH = "/assets/steps.js"
    scripts = Scripts()

    script, measuring = scripts.at("/assets/steps.js"), scripts.at("/assets/steps.vitals.js")

    assert script
    assert measuring
    assert b"layout-shift" not in script.body
    assert b"layout-shift" in measuring.body
    assert len(measuring.brotli) <= 2800


def test_the_part_that_measures_web_vitals_has_a_readable_source(settings):
    settings.SCRIPT_PATH = "/js/script.js"

    source = Scripts().at("/js/script.vitals.src.js")

    assert source
    assert b"// Shifts less than a second apart" in source.body


def test_all_orders_of_the_same_options_are_one_script():
    scripts = Scripts()

    assert scripts.at("/js/script.hash.manual.js") is scripts.at("/js/script.manual.hash.js")
