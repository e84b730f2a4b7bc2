"""A certificate of one's own for localhost."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Certificate:
    """Files at `path` and `key_path`; clients with a context that is `trusting` believe it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "certificate.pem"
        self.key_path = folder / "key.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        self.key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self.path.write_bytes(signed(key).public_bytes(serialization.Encoding.PEM))

    @property
    def trusting(self) -> ssl.SSLContext:
        """A context of its own for each client: some set in it what they speak."""
        return ssl.create_default_context(cafile=str(self.path))


def signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """For the names under which tests reach this machine; for a day, begun an hour ago."""
    name = x509.Name.from_rfc4514_string("CN=localhost")
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
