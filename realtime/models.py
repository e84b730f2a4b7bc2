from realtime.mail.models import OutgoingMail
from realtime.out.models import AlertReader, Crossing, Delivery, Occurrence, Threshold, Webhook
from realtime.subscriptions.models import SentReport, Subscription

__all__ = [
    "AlertReader",
    "Crossing",
    "Delivery",
    "Occurrence",
    "OutgoingMail",
    "SentReport",
    "Subscription",
    "Threshold",
    "Webhook",
]
