"""Signing in and out, joining, passwords, API keys.

The names with `account_` are those by which allauth finds its own pages.
"""

from django.urls import path

from dashboard.accounts import factors, keys, leaving, preferences, sessions, views

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
    path("sign-in/second", factors.Second.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey", factors.ByPasskey.as_view(), name="mfa_login_webauthn"),
    path("sign-in/confirm/code", factors.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
    path(
        "sign-in/confirm/passkey",
        factors.ConfirmByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/sign-in", factors.Factors.as_view(), name="mfa_index"),
    path("account/app", factors.AddApp.as_view(), name="mfa_activate_totp"),
    path("account/app/remove", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("account/codes", factors.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("account/codes/new", factors.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("account/passkeys/add", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove",
        factors.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("account/delete", leaving.delete_account, name="account_delete"),
    path("account/preferences", preferences.preferences, name="preferences"),
    path("account/sessions", sessions.sessions, name="usersessions_list"),
    path("account/sessions/<int:session>/end", sessions.end, name="session_end"),
    path("account/sessions/end", sessions.end_others, name="sessions_end"),
    path("keys", keys.keys, name="keys"),
    path("keys/<int:key>/rename", keys.rename, name="key_rename"),
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
