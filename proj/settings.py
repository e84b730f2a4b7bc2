"""Django's settings, all taken from the environment by `proj.env`."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from proj import accounts, env
from proj.accounts import *  # noqa: F403
from proj.logging import logging_config
from proj.sentry import start_sentry

environment = env.read()

DATA = environment.data
BASE_DIR = env.ROOT
SECRET_KEY = environment.secret_key
SECRET_KEY_FALLBACKS = environment.secret_key_old
DEBUG = environment.debug
PUBLIC_URL = environment.url
PORT = environment.port
BIND = environment.bind

_host = urlsplit(PUBLIC_URL).hostname or "localhost"
_local = _host in ("localhost", "127.0.0.1", "::1")
_https = PUBLIC_URL.startswith("https://")

ALLOWED_HOSTS = [_host, *(["localhost", "127.0.0.1", "[::1]"] if _local else [])]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
# Of such a name, browsers take a cookie from this host alone, and over https.
_cookie_prefix = "__Host-" if _https else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}sessionid"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrftoken"
# Pages read the token from their forms, so that no script needs the cookie.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# In a cookie, messages would be readable and have a name that any subdomain can set.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.hsts_subdomains
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    # The proxy that ends TLS leads to https; here, one that does not tell would make a loop.
    "security.W008",
    # Browsers preload whole domains, of which this host is rarely the name.
    "security.W021",
]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "object-src": [NONE],
    }
}

INSTALLED_APPS = [
    "proj",
    "tracking",
    "realtime",
    "dashboard",
    "dashboard.accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_htmx",
    "django_structlog",
    "huey.contrib.djhuey",
]

MIDDLEWARE = [
    "proj.forwarded.ForwardedProto",
    "proj.metrics.requests.RequestSeconds",
    "proj.request_id.RequestIdMiddleware",
    "proj.headers.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "proj.methods.KnownMethods",
    "proj.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.middleware.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dashboard.accounts.middleware.ConfirmFirst",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.middleware.PrivatePages",
]

ROOT_URLCONF = "proj.urls"
ASGI_APPLICATION = "proj.asgi.application"
WSGI_APPLICATION = "proj.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.my_sites",
                "dashboard.context.attribution",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

_sqlite = environment.database["ENGINE"].endswith("sqlite3")
DATABASES = {"default": environment.database}
if _sqlite:
    environment.database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        # secure_delete overwrites what is deleted: a salt that has ended is really gone.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; "
        f"PRAGMA synchronous={environment.synchronous}; PRAGMA cache_size=-32000;",
    }
else:
    environment.database["OPTIONS"] = {
        **environment.database.get("OPTIONS", {}),
        # While the database is away, whoever wants a connection soon learns that there is none. An
        # attempt given up is begun anew, so that its pauses do not grow as long as the absence.
        "pool": {"min_size": 1, "max_size": 10, "timeout": 2, "reconnect_timeout": 2},
    }
    # Or each connection that the pool had before the database was away would fail a request after.
    environment.database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "sites"
LOGOUT_REDIRECT_URL = "account_login"
REGISTRATION_OPEN = environment.registration == "open"

REDIS_URL = environment.redis_url

# What is kept here may be lost at any time: how often API keys were used in the running hour, how
# often somebody tried to sign in, which codes of the last half minute were used.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": environment.redis_url,
        "KEY_PREFIX": "footfall",
    }
    if environment.redis_url
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            # Each site's messages go through one of them, the same for every process.
            "hosts": environment.feed_redis or [environment.redis_url],
            "prefix": "footfall",
        },
    }
    if environment.redis_url
    else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
}

# The time an idle worker sleeps at most is part of the way from a hit to the dashboards.
_consumer = {"workers": 2, "initial_delay": 0.02, "max_delay": 0.05, "backoff": 1.2}
HUEY = {
    "name": "footfall",
    "immediate": False,
    "utc": True,
    "results": False,
    "consumer": _consumer,
    **(
        {"huey_class": "huey.RedisHuey", "connection": {"url": environment.redis_url}}
        if environment.redis_url
        else {"huey_class": "huey.SqliteHuey", "filename": str(DATA / "huey.sqlite3")}
    ),
}
SHARDS = environment.shards

TRUSTED_PROXIES = environment.trusted_proxies
SCRIPT_PATH = environment.script_path
EVENT_PATH = environment.event_path
ADDRESS_RATE = environment.address_rate
SITE_RATE = environment.site_rate
API_RATE = environment.api_rate
WEBHOOK_NETWORKS = environment.webhook_networks
GEOIP_FILE = environment.geoip_file
GEOIP_MAXMIND_ACCOUNT = environment.geoip_maxmind_account
GEOIP_MAXMIND_KEY = environment.geoip_maxmind_key
METRICS_TOKEN = environment.metrics_token
WAREHOUSE = environment.warehouse
CLICKHOUSE_CLUSTER = environment.clickhouse_cluster
QUERY_MEMORY = environment.query_memory
QUERY_THREADS = environment.query_threads
SEAL_AFTER = environment.seal_after
SEAL_ROWS = environment.seal_rows
RETENTION_DAYS = environment.retention_days
AUDIT_DAYS = environment.audit_days
IMPORT_BYTES = environment.import_bytes

STATIC_URL = "/static/"
# Made from this checkout alone, so servers over different data folders share it.
STATIC_ROOT = BASE_DIR / ".cache" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "proj.static_files.HashedStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("woff2", "png", "gz", "br")
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

ADMINS = [(address, address) for address in environment.admins]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.email_from
EMAIL_REPLY_TO = environment.email_reply_to
globals().update(environment.email.settings)
SENDS_MAIL = environment.email.sends
globals().update(accounts.verification(SENDS_MAIL))

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
# What proj.request_id has let through.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
LOGGING_CONFIG = "proj.logging.configure"
LOGGING = logging_config(environment.log_level, environment.log_format, environment.error_log)

SENTRY_DSN = environment.sentry_dsn
start_sentry(SENTRY_DSN, environment.sentry_environment)
