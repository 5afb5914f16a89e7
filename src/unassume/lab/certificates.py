"""A certificate the lab makes for itself, for loopback only."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

_NAMES = ("localhost",)
_ADDRESSES = ("127.0.0.1", "::1")


class Certificate:
    """A certificate and its key on disk, in a folder that belongs to the lab; the key is readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ca-bundle.pem"
        self._key_path = folder / "key.pem"
        certificate, key = _made()
        self.path.write_bytes(certificate)
        with open(os.open(self._key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)

    def context(self) -> ssl.SSLContext:
        """What a server takes connections with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self._key_path)
        return context


def _made() -> tuple[bytes, bytes]:
    """Certificate and key in PEM; valid from a day before now, for clocks that run behind, for a year."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "unassume lab")])
    hosts = [x509.DNSName(host) for host in _NAMES]
    addresses = [x509.IPAddress(ip_address(address)) for address in _ADDRESSES]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([*hosts, *addresses]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), secret
