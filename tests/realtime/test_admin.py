import pytest
from django.contrib.auth import get_user_model

from realtime.out.models import Webhook
from tests.realtime.out.hooks import make_hook

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ["webhook", "delivery", "threshold", "crossing"])
def test_rows_can_be_looked_at(admin_client, model):
    assert 200 == admin_client.get(f"/admin/realtime/{model}/").status_code


def test_secrets_of_a_webhook_are_shown_to_nobody(admin_client):
    hook = make_hook(old_secret="whsec_before")

    page = admin_client.get(f"/admin/realtime/webhook/{hook.pk}/change/").content.decode()

    assert [hook.url in page, hook.secret in page, "whsec_before" in page] == [True, False, False]
    assert (1, 1) == (Webhook.objects.count(), get_user_model().objects.count())
