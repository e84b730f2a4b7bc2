"""Languages that browsers ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.enrich.language import language


@pytest.mark.parametrize(
    ("accept_language", "expected"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("en", "en", id="language"),
        pytest.param("pt-br", "pt-BR", id="region"),
        pytest.param("PT_br", "pt-BR", id="underscore"),
        pytest.param("zh-hant-tw", "zh-Hant-TW", id="script"),
        pytest.param("es-419", "es-419", id="numeric-region"),
        pytest.param("de-CH-1996", "de-CH", id="variant"),
        pytest.param("de-DE,de;q=0.9,en;q=0.8", "de-DE", id="in-order"),
        pytest.param("en;q=0.5, fr;q=0.9", "fr", id="by-weight"),
        pytest.param("*, fr;q=0.5", "fr", id="any"),
        pytest.param("*", "", id="any-alone"),
        pytest.param("en;q=0", "", id="refused"),
        pytest.param("en;q=nan", "en", id="no-weight"),
        pytest.param("x" * 5000, "", id="long"),
        pytest.param("en\0", "", id="nul"),
        pytest.param("\ud800", "", id="lone-surrogate"),
        pytest.param("日本語", "", id="not-a-tag"),
    ],
)
def test_most_wanted_language_is_written_as_recommended(accept_language, expected):
    assert expected == language(accept_language)


@given(st.text(alphabet=st.characters()))
def test_language_never_raises(text):
    assert isinstance(language(text), str)
