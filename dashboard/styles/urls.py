"""The page of components, and that of mails."""

from django.urls import path

from dashboard.styles.mails import mail, mails
from dashboard.styles.views import styles

urlpatterns = [
    path("styles", styles, name="styles"),
    path("styles/mail", mails, name="mails"),
    path("styles/mail/<int:sample>", mail, name="mail"),
]
