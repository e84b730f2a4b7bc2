from realtime.mail.models import OutgoingMail
from realtime.out.models import Crossing, Delivery, Threshold, Webhook

__all__ = ["Crossing", "Delivery", "OutgoingMail", "Threshold", "Webhook"]
