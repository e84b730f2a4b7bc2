"""Signing in and out, joining, passwords, API keys."""

from django.conf import settings
from django.contrib.auth import views as auth
from django.urls import path, reverse_lazy

from dashboard.accounts import keys, views

urlpatterns = [
    path("sign-in", views.SignIn.as_view(), name="sign_in"),
    path("sign-out", auth.LogoutView.as_view(), name="sign_out"),
    path("register", views.register, name="register"),
    path("welcome", views.welcome, name="welcome"),
    path("keys", keys.keys, name="keys"),
    path("keys/<int:key>/revoke", keys.revoke, name="key_revoke"),
    path(
        "password",
        auth.PasswordChangeView.as_view(template_name="accounts/password_change.html"),
        name="password_change",
    ),
    path(
        "password/changed",
        auth.PasswordChangeDoneView.as_view(template_name="accounts/password_changed.html"),
        name="password_change_done",
    ),
    path(
        "password/forgotten",
        auth.PasswordResetView.as_view(
            template_name="accounts/password_forgotten.html",
            email_template_name="accounts/password_mail.txt",
            subject_template_name="accounts/password_mail_subject.txt",
            extra_email_context={"public_url": settings.PUBLIC_URL},
        ),
        name="password_reset",
    ),
    path(
        "password/sent",
        auth.PasswordResetDoneView.as_view(template_name="accounts/password_sent.html"),
        name="password_reset_done",
    ),
    path("password/link", views.password_link, name="password_link"),
    path(
        "password/new/<uidb64>/<token>",
        auth.PasswordResetConfirmView.as_view(
            template_name="accounts/password_new.html",
            post_reset_login=True,
            success_url=reverse_lazy("sites"),
        ),
        name="password_reset_confirm",
    ),
]
