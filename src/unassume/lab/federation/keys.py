"""The signing keys of the lab's identity providers and their certificate, made when first asked for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

Algorithm = Literal["RS256", "ES256"]
_NAME = "Identity provider of the unassume lab"


class SigningKeys:
    """One RSA and one P-256 key of one lab; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    @property
    def rsa(self) -> RSAPrivateKey:
        """The key of RS256 tokens and of SAML assertions."""
        with self._lock:
            return self._rsa

    @property
    def ec(self) -> EllipticCurvePrivateKey:
        """The key of ES256 tokens."""
        with self._lock:
            return self._ec

    @property
    def certificate(self) -> bytes:
        """The RSA key's self-signed certificate in PEM, valid at any time a lab's clock may show."""
        with self._lock:
            return self._certificate

    @cached_property
    def _rsa(self) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65_537, key_size=2048)

    @cached_property
    def _ec(self) -> EllipticCurvePrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ec

        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def _certificate(self) -> bytes:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.x509.oid import NameOID

        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
        building = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.rsa.public_key())
        building = building.serial_number(x509.random_serial_number())
        building = building.not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        building = building.not_valid_after(datetime(2999, 1, 1, tzinfo=UTC))
        return building.sign(self.rsa, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
