from realtime.mail.models import OutgoingMail
from realtime.out.models import Crossing, Delivery, Threshold, Webhook
from realtime.subscriptions.models import SentReport, Subscription

__all__ = [
    "Crossing",
    "Delivery",
    "OutgoingMail",
    "SentReport",
    "Subscription",
    "Threshold",
    "Webhook",
]
