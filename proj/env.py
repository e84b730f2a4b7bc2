"""The environment variables that configure the server, each read once, with working defaults.

`docs/settings.md` has a row for each; a test compares the two. A wrong value ends the start with a
sentence that names the variable and says what to set. With `_FILE` after its name, each names a
file that holds the value: a secret given so is in no environment that other processes can read.
"""

import re
import secrets
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from django.core.exceptions import ValidationError as NoAddress
from django.core.validators import validate_email
from environs import EnvError, EnvValidationError, FileAwareEnv
from marshmallow.validate import OneOf, Range, Regexp, ValidationError

from proj import email_url

ROOT = Path(__file__).resolve().parent.parent

DATABASE_ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")

PATH_SENTENCE = "must be a path that begins with / such as /js/count.js"
PATH_RULE = Regexp(r"/[A-Za-z0-9._~/-]+\Z", error=PATH_SENTENCE)

RATE_RULE = Range(0, 1_000_000, error="must be a number of hits a second from 0 to 1000000")


def public_url(value: str) -> None:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValidationError("must be an address such as https://stats.example.com")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValidationError("must have no path, such as https://stats.example.com")


def error_report_address(value: str) -> None:
    if not value:
        return
    # Ten megabytes in each process, for those alone who use it.
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        Dsn(value)
    except BadDsn:
        raise ValidationError(
            "must be an address such as https://key@sentry.example.com/1"
        ) from None


def log_file(value: str) -> None:
    if value and (Path(value).is_dir() or not Path(value).parent.is_dir()):
        raise ValidationError("must be a file in a folder that exists")


def networks(values: list[str]) -> None:
    for value in values:
        try:
            ip_network(value)
        except ValueError as error:
            raise ValidationError(
                f"{value!r} is not an address or a network such as 10.0.0.0/8"
            ) from error


@dataclass(frozen=True)
class Environment:
    """The validated values, one attribute a variable."""

    data: Path
    secret_key: str
    secret_key_old: list[str]
    debug: bool
    bind: str
    port: int
    url: str
    hsts_subdomains: bool
    database: dict
    synchronous: str
    redis_url: str
    feed_redis: list[str]
    shards: int
    trusted_proxies: list[str]
    script_path: str
    event_path: str
    address_rate: int
    site_rate: int
    api_rate: int
    webhook_networks: list[str]
    geoip_file: Path
    geoip_maxmind_account: str
    geoip_maxmind_key: str
    registration: str
    warehouse: str
    clickhouse_cluster: str
    query_memory: str
    query_threads: int
    seal_after: int
    seal_rows: int
    retention_days: int
    audit_days: int
    import_bytes: int
    admins: list[str]
    email: email_url.Mail
    email_from: str
    email_reply_to: str
    log_level: str
    log_format: str
    error_log: str
    metrics_token: str
    sentry_dsn: str
    sentry_environment: str


def read() -> Environment:
    """Read and check the environment; exits the process with a sentence for each wrong value."""
    env = FileAwareEnv(eager=False, strip_whitespace=True)
    try:
        port = env.int("PORT", 8000, validate=number_to(65535, "a port"))
        data = Path(env.str("FOOTFALL_DATA", "") or ROOT / "data").expanduser().resolve()
        values: dict[str, Any] = dict(
            data=data,
            port=port,
            debug=env.bool("FOOTFALL_DEBUG", False),
            bind=env.str("FOOTFALL_BIND", "127.0.0.1"),
            url=env.str("FOOTFALL_URL", f"http://localhost:{port}", validate=public_url),
            hsts_subdomains=env.bool("FOOTFALL_HSTS_SUBDOMAINS", True),
            secret_key=env.str("FOOTFALL_SECRET_KEY", ""),
            secret_key_old=env.list("FOOTFALL_SECRET_KEY_OLD", []),
            database=env.str(
                "DATABASE_URL", f"sqlite:///{data}/footfall.sqlite3", validate=supported_database
            ),
            synchronous=env.str(
                "FOOTFALL_SYNCHRONOUS", "NORMAL", validate=one_of("NORMAL", "FULL")
            ),
            redis_url=env.str("REDIS_URL", "", validate=redis_url),
            feed_redis=env.list("FOOTFALL_FEED_REDIS", [], validate=redis_urls),
            shards=env.int("FOOTFALL_SHARDS", 1, validate=number_to(64)),
            trusted_proxies=env.list(
                "FOOTFALL_TRUSTED_PROXIES", ["127.0.0.0/8", "::1"], validate=networks
            ),
            script_path=env.str("FOOTFALL_SCRIPT_PATH", "/js/script.js", validate=PATH_RULE),
            event_path=env.str("FOOTFALL_EVENT_PATH", "/api/event", validate=PATH_RULE),
            address_rate=env.int("FOOTFALL_ADDRESS_RATE", 20, validate=RATE_RULE),
            site_rate=env.int("FOOTFALL_SITE_RATE", 2000, validate=RATE_RULE),
            api_rate=env.int(
                "FOOTFALL_API_RATE",
                600,
                validate=Range(0, 1_000_000, error="must be a number of requests an hour"),
            ),
            webhook_networks=env.list("FOOTFALL_WEBHOOK_NETWORKS", [], validate=networks),
            geoip_file=env.path("FOOTFALL_GEOIP_FILE", data / "geoip" / "city.mmdb"),
            geoip_maxmind_account=env.str("FOOTFALL_MAXMIND_ACCOUNT", ""),
            geoip_maxmind_key=env.str("FOOTFALL_MAXMIND_KEY", ""),
            registration=env.str(
                "FOOTFALL_REGISTRATION", "closed", validate=one_of("closed", "open")
            ),
            warehouse=env.str("FOOTFALL_WAREHOUSE", "", validate=warehouse),
            clickhouse_cluster=env.str(
                "FOOTFALL_CLICKHOUSE_CLUSTER",
                "",
                validate=Regexp(r"[\w.-]*\Z", error="must be the name of a cluster"),
            ),
            query_memory=env.str(
                "FOOTFALL_QUERY_MEMORY",
                "1GB",
                validate=Regexp(r"[1-9]\d*(MB|GB)\Z", error="must be a size such as 512MB or 2GB"),
            ),
            query_threads=env.int(
                "FOOTFALL_QUERY_THREADS",
                2,
                validate=number_to(256),
            ),
            seal_after=env.int(
                "FOOTFALL_SEAL_AFTER",
                60,
                validate=Range(30, 10_080, error="must be a number of minutes from 30 to 10080"),
            ),
            seal_rows=env.int("FOOTFALL_SEAL_ROWS", 200_000, validate=number_to(100_000_000)),
            retention_days=env.int(
                "FOOTFALL_RETENTION_DAYS",
                0,
                validate=Range(0, 36_500, error="must be a number of days, or 0 to keep all"),
            ),
            audit_days=env.int(
                "FOOTFALL_AUDIT_DAYS",
                365,
                validate=Range(0, 36_500, error="must be a number of days, or 0 to keep all"),
            ),
            import_bytes=env.int(
                "FOOTFALL_IMPORT_BYTES",
                2_000_000_000,
                validate=Range(1, 1_000_000_000_000, error="must be a number of bytes"),
            ),
            admins=env.list("FOOTFALL_ADMINS", [], validate=addresses),
            email=env.str("EMAIL_URL", "console://", validate=mail_server),
            email_from=env.str("FOOTFALL_EMAIL_FROM", "", validate=sender),
            email_reply_to=env.str("FOOTFALL_EMAIL_REPLY_TO", "", validate=sender),
            log_level=env.str(
                "FOOTFALL_LOG_LEVEL", "INFO", validate=one_of("DEBUG", "INFO", "WARNING", "ERROR")
            ),
            log_format=env.str(
                "FOOTFALL_LOG_FORMAT", "console", validate=one_of("console", "json")
            ),
            error_log=env.str("FOOTFALL_ERROR_LOG", "", validate=log_file),
            metrics_token=env.str("FOOTFALL_METRICS_TOKEN", ""),
            sentry_dsn=env.str("SENTRY_DSN", "", validate=error_report_address),
            sentry_environment=env.str("SENTRY_ENVIRONMENT", "production"),
        )
        env.seal()
    except EnvValidationError as error:
        raise SystemExit(sentences(error)) from None
    except (EnvError, ValueError) as error:
        raise SystemExit(f"Footfall cannot start: {error}") from None
    if values["script_path"] == values["event_path"]:
        raise SystemExit(
            "Footfall cannot start: FOOTFALL_SCRIPT_PATH and FOOTFALL_EVENT_PATH must differ"
        )
    if values["feed_redis"] and not values["redis_url"]:
        raise SystemExit("Footfall cannot start: FOOTFALL_FEED_REDIS needs REDIS_URL too")
    values["database"] = dj_database_url.parse(values["database"])
    values["email"] = email_url.parse(values["email"])
    make_folder(data)
    values["secret_key"] = values["secret_key"] or kept_secret(data)
    values["url"] = values["url"].rstrip("/")
    values["email_from"] = values["email_from"] or f"footfall@{urlsplit(values['url']).hostname}"
    return Environment(**values)


def number_to(highest: int, what: str = "a number") -> Range:
    return Range(1, highest, error=f"must be {what} from 1 to {highest}")


def one_of(*choices: str) -> OneOf:
    return OneOf(choices, error=f"must be one of {', '.join(choices)}")


def supported_database(value: str) -> None:
    try:
        known = dj_database_url.parse(value).get("ENGINE") in DATABASE_ENGINES
    except ValueError:
        known = False
    if not known:
        raise ValidationError("must be an address such as postgres://user:password@host/name")


def mail_server(value: str) -> None:
    try:
        email_url.parse(value)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def sender(value: str) -> None:
    """An address alone or with a name, on one line; none at all is left to the default."""
    name, address = parseaddr(value)
    if value and not (is_address(address) and (name or address == value) and value.isprintable()):
        raise ValidationError("must be an address such as Footfall <footfall@example.com>")


def addresses(values: list[str]) -> None:
    for value in values:
        if not is_address(value):
            raise ValidationError(f"{value!r} is not an e-mail address")


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except NoAddress:
        # Such as root@localhost, which a mail server on this machine may know.
        return bool(re.fullmatch(r"[\w.+-]+@[\w.-]+", text))
    return True


def redis_url(value: str) -> None:
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ValidationError("must be an address such as redis://localhost:6379/0")


def redis_urls(values: list[str]) -> None:
    for value in values:
        redis_url(value)


# Of clickhouse-connect.
WAREHOUSE_OPTIONS = {
    *("verify", "ca_cert", "client_cert", "client_cert_key", "server_host_name"),
    *("connect_timeout", "send_receive_timeout", "compress", "http_proxy", "https_proxy"),
}


def warehouse(value: str) -> None:
    try:
        parts = urlsplit(value)
        options = parse_qs(parts.query, keep_blank_values=True)
        sound = parts.scheme == "chdb" or (
            parts.scheme in ("clickhouse", "clickhouses") and parts.hostname and parts.port != 0
        )
    except ValueError:
        sound = False
    if value and not sound:
        raise ValidationError(
            "must be an address such as clickhouse://user:password@host:8123/database"
        )
    if unknown := options.keys() - WAREHOUSE_OPTIONS:
        raise ValidationError(
            f"has the unknown option {min(unknown)!r}; docs/clickhouse.md names those there are"
        )


# marshmallow's own words for a value of the wrong type, as the second half of a sentence.
TYPE_SENTENCES = {
    "Not a valid integer.": "must be a whole number",
    "Not a valid boolean.": "must be true or false",
}


def sentences(error: EnvValidationError) -> str:
    """One line a wrong variable: what it is called and what to set."""
    lines = [
        f"Footfall cannot start: {name} {TYPE_SENTENCES.get(message, message)}"
        for name, messages in error.error_messages.items()  # type: ignore[union-attr]
        for message in messages
    ]
    return "\n".join(lines)


def make_folder(data: Path) -> None:
    """Make it for its owner alone: in it are accounts, events and the signing key."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error, data) from None


def kept_secret(data: Path) -> str:
    """The signing key that the data folder keeps, made at the first start."""
    path = data / "secret_key"
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50))
        return path.read_text().strip()
    except OSError as error:
        raise unwritable(error, path) from None


def unwritable(error: OSError, path: Path) -> SystemExit:
    return SystemExit(
        f"Footfall cannot start: FOOTFALL_DATA must be a folder that can be written "
        f"({error.strerror}: {path})"
    )
