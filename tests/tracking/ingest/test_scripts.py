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


def test_all_orders_of_the_same_options_are_one_script():
    scripts = Scripts()

    assert scripts.at("/js/script.hash.manual.js") is scripts.at("/js/script.manual.hash.js")
