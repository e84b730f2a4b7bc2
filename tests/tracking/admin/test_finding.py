import pytest
from django.contrib import admin

from tests.factories import SiteFactory, UserFactory
from tracking.admin.finding import Finding

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["x", "1,0", "²", "-1", "9" * 30, "9" * 5000, "1' OR 1=1"])
def test_what_is_no_id_is_refused_with_a_sentence(client, text):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    answer = client.post("/admin/tracking/member/add/", {"team": text, "user": text, "role": "x"})

    refused = answer.context["adminform"].form.errors
    assert (200, ["role", "team", "user"]) == (answer.status_code, sorted(refused))


def test_row_that_was_chosen_stays_so_in_a_form_that_is_refused(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    team = SiteFactory().team

    answer = client.post("/admin/tracking/member/add/", {"team": team.pk, "user": "", "role": "x"})

    assert f'<option value="{team.pk}" selected' in answer.content.decode()


def test_every_table_and_part_of_one_that_finds_rows_does_so():
    tables = admin.site._registry.values()
    parts = [part for table in tables for part in table.inlines]

    plain = [each for each in tables if each.autocomplete_fields and not isinstance(each, Finding)]
    plain += [each for each in parts if each.autocomplete_fields and not issubclass(each, Finding)]

    assert [] == plain
