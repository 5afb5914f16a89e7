"""SAML 2.0 responses with a signed assertion, and the provider's metadata.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

from unassume.lab.clock import iso
from unassume.lab.federation.keys import SigningKeys

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
"""What AWS's own attributes begin with."""
AUDIENCE = "https://signin.aws.amazon.com/saml"
_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """What an assertion says; `attributes` are by full name."""

    issuer: str
    subject: str
    attributes: Mapping[str, tuple[str, ...]]
    issued_at: datetime
    lasts: timedelta
    audience: str = AUDIENCE
    recipient: str = AUDIENCE


def signed_response(said: Assertion, keys: SigningKeys) -> str:
    """The response in base64, as a browser would post it."""
    from lxml import etree

    assertion = _signed(etree.fromstring(_assertion(said).encode()), keys)
    response = etree.fromstring(_response(said).encode())
    response.append(assertion)
    return base64.b64encode(etree.tostring(response)).decode()


def metadata(issuer: str, keys: SigningKeys) -> str:
    """The XML that CreateSAMLProvider takes."""
    body = "".join(keys.certificate.decode().splitlines()[1:-1])
    certificate = f"<ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data>"
    key = f'<md:KeyDescriptor use="signing"><ds:KeyInfo>{certificate}</ds:KeyInfo></md:KeyDescriptor>'
    where = f'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location={quoteattr(issuer + "/sso")}'
    inner = f"{key}<md:NameIDFormat>{_FORMAT}</md:NameIDFormat><md:SingleSignOnService {where}/>"
    role = f'<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{inner}</md:IDPSSODescriptor>'
    spaces = f'xmlns:md="{METADATA}" xmlns:ds="{DSIG}"'
    return f"<md:EntityDescriptor {spaces} entityID={quoteattr(issuer)}>{role}</md:EntityDescriptor>"


def _signed(assertion: Any, keys: SigningKeys) -> Any:
    from signxml.signer import XMLSigner

    signer = XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    certificate = keys.certificate.decode()
    return signer.sign(assertion, key=keys.rsa, cert=certificate, reference_uri=assertion.get("ID"))


def _response(said: Assertion) -> str:
    head = f'xmlns:samlp="{PROTOCOL}" xmlns:saml="{SAML}" ID="_{uuid.uuid4().hex}" Version="2.0"'
    where = f'IssueInstant="{iso(said.issued_at)}" Destination={quoteattr(said.recipient)}'
    status = f'<samlp:Status><samlp:StatusCode Value="{_SUCCESS}"/></samlp:Status>'
    return f"<samlp:Response {head} {where}><saml:Issuer>{escape(said.issuer)}</saml:Issuer>{status}</samlp:Response>"


def _assertion(said: Assertion) -> str:
    start, end = iso(said.issued_at), iso(said.issued_at + said.lasts)
    head = f'xmlns:saml="{SAML}" ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{start}"'
    confirmed = f'<saml:SubjectConfirmationData NotOnOrAfter="{end}" Recipient={quoteattr(said.recipient)}/>'
    bearer = f'<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">{confirmed}'
    subject = f'<saml:NameID Format="{_FORMAT}">{escape(said.subject)}</saml:NameID>{bearer}</saml:SubjectConfirmation>'
    audience = f"<saml:AudienceRestriction><saml:Audience>{escape(said.audience)}</saml:Audience>"
    return (
        f"<saml:Assertion {head}><saml:Issuer>{escape(said.issuer)}</saml:Issuer>"
        f'<ds:Signature xmlns:ds="{DSIG}" Id="placeholder"/><saml:Subject>{subject}</saml:Subject>'
        f'<saml:Conditions NotBefore="{start}" NotOnOrAfter="{end}">{audience}</saml:AudienceRestriction>'
        f'</saml:Conditions><saml:AuthnStatement AuthnInstant="{start}"/>'
        f"<saml:AttributeStatement>{''.join(_attributes(said.attributes))}</saml:AttributeStatement></saml:Assertion>"
    )


def _attributes(attributes: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    for name, values in attributes.items():
        inner = "".join(f"<saml:AttributeValue>{escape(value)}</saml:AttributeValue>" for value in values)
        yield f"<saml:Attribute Name={quoteattr(name)}>{inner}</saml:Attribute>"
