"""A mail server on loopback that wants TLS and a password, and keeps what it takes."""

import errno
import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.server import free_port

# Only a machine that is too busy waits that long.
PATIENCE_SECONDS = 45
USER, PASSWORD = "footfall@example.com", "p@ss/word:1"
# How both stand in an address.
LOGIN = "footfall%40example.com:p%40ss%2Fword%3A1"


class MailServer:
    """Used as `with`; listens on `port` of localhost, or on one that nobody has.

    `refused` are the recipients it takes no mail for, with its answer, such as "550 unknown".
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.given, self.port = port, port
        self.certificate = folder / "mail.pem"
        self.taken: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.refused: dict[str, str] = {}
        if not self.certificate.exists():
            make_certificate(self.certificate)

    def __enter__(self) -> "MailServer":
        while True:
            self.port = self.given or free_port()
            self.controller = self.listener()
            try:
                self.controller.start()
                return self
            except OSError as error:
                # Between finding a port and listening, somebody else may take it.
                if self.given or error.errno != errno.EADDRINUSE:
                    raise

    def listener(self) -> Controller:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ready_timeout=PATIENCE_SECONDS,
            tls_context=context,
            require_starttls=True,
            authenticator=self.knows,
            auth_required=True,
        )

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://{LOGIN}@localhost:{self.port}"

    @staticmethod
    def knows(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any) -> Any:
        login = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == login)

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        message = BytesParser(policy=default).parsebytes(envelope.original_content or b"")
        self.taken.append(message)  # type: ignore[arg-type]
        self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        return "250 taken"


def make_certificate(path: Path) -> None:
    """For localhost, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, *plain) + made.public_bytes(pem))
