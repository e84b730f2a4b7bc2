from realtime.out.models import Crossing, Delivery, Threshold, Webhook

__all__ = ["Crossing", "Delivery", "Threshold", "Webhook"]
