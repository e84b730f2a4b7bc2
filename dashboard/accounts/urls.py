"""Signing in and out, joining, passwords, API keys.

The names with `account_` are those by which allauth finds its own pages.
"""

from django.urls import path

from dashboard.accounts import keys, views

urlpatterns = [
    path("sign-in", views.SignIn.as_view(), name="account_login"),
    path("sign-in/confirm", views.Confirm.as_view(), name="account_reauthenticate"),
    path("sign-out", views.SignOut.as_view(), name="account_logout"),
    path("register", views.Register.as_view(), name="account_signup"),
    path("welcome", views.welcome, name="welcome"),
    path("account", views.account, name="account"),
    path("account/email", views.Email.as_view(), name="account_email"),
    path("account/email/sent", views.EmailSent.as_view(), name="account_email_verification_sent"),
    path("account/email/confirm", views.ConfirmEmail.as_view(), name="account_confirm_email"),
    path("keys", keys.keys, name="keys"),
    path("keys/<int:key>/revoke", keys.revoke, name="key_revoke"),
    path("password", views.ChangePassword.as_view(), name="account_change_password"),
    path("password/first", views.FirstPassword.as_view(), name="account_set_password"),
    path("password/forgotten", views.ForgottenPassword.as_view(), name="account_reset_password"),
    path("password/sent", views.ForgottenSent.as_view(), name="account_reset_password_done"),
    path("password/link", views.password_link, name="password_link"),
    path(
        "password/new/<uidb36>",
        views.NewPassword.as_view(),
        {"key": views.NewPassword.reset_url_key},
        name="account_reset_password_from_key",
    ),
]
