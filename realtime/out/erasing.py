"""What webhooks were told, or wait to be told, of visits that are erased."""

from collections.abc import Iterable

from realtime.out.models import Delivery


def forget_visits(site_id: int, visits: Iterable[int], **_kwargs: object) -> None:
    """Delete their deliveries. What a receiver has got already is the receiver's."""
    mine = Delivery.objects.filter(webhook__site_id=site_id)
    for visit in visits:
        mine.filter(payload__contains=f'"visit":{visit},').delete()
