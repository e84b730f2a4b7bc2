"""django-allauth's settings that no environment variable changes, and those of passwords.

Each is described at https://docs.allauth.org; docs/accounts.md says what they amount to.
"""

from typing import Any

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# The first makes new hashes; a hash of another is made anew when its owner signs in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Length and what is known from leaks, as NIST SP 800-63B asks for; no rules of composition.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "dashboard.accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "dashboard.accounts.passwords.LeakedPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24

SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

ACCOUNT_ADAPTER = "dashboard.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The adapter does the work of such a mail and sends none.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SIGNUP_REDIRECT_URL = "site_add"
ACCOUNT_FORMS = {
    "login": "dashboard.accounts.forms.SignInForm",
    "signup": "dashboard.accounts.forms.JoinForm",
    "add_email": "dashboard.accounts.forms.NewEmailForm",
    "change_password": "dashboard.accounts.forms.ChangePasswordForm",
    "set_password": "dashboard.accounts.forms.SetPasswordForm",
    "reset_password": "dashboard.accounts.forms.ForgottenForm",
    "reset_password_from_key": "dashboard.accounts.forms.NewPasswordForm",
    "reauthenticate": "dashboard.accounts.forms.ConfirmForm",
}

MFA_ADAPTER = "dashboard.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Whoever has stolen a passkey has not the finger, the face or the PIN of its owner.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Where addresses are confirmed, nobody signs in before; elsewhere nobody could.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Footfall"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "dashboard.accounts.forms.CodeForm",
    "reauthenticate": "dashboard.accounts.forms.ConfirmCodeForm",
    "activate_totp": "dashboard.accounts.forms.AddAppForm",
    "add_webauthn": "dashboard.accounts.forms.AddPasskeyForm",
    "login_webauthn": "dashboard.accounts.forms.PasskeyForm",
    "authenticate_webauthn": "dashboard.accounts.forms.SecondPasskeyForm",
    "reauthenticate_webauthn": "dashboard.accounts.forms.ConfirmPasskeyForm",
}


def verification(sends_mail: bool) -> dict[str, Any]:
    """Whoever joins a server that sends mail shows that the address is theirs."""
    return {
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory" if sends_mail else "none",
        "ACCOUNT_EMAIL_NOTIFICATIONS": sends_mail,
    }
