"""A SAML response, read only as far as the provider's certificate signed it.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
INVARIANT: every fact is taken from the element that the signature covers, as the verifier gives it back; what stands
beside it is never read, so a moved signature or a second assertion changes nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from unassume.lab.federation.assertions import DSIG, METADATA, PROTOCOL, SAML
from unassume.lab.sts.vouched import bad_identity

MOST = 100_000


class SamlFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a signed assertion says; `not_before`, `ends` and `session_ends` are instants or None."""

    issuer: str
    subject: str
    subject_format: str
    recipient: str
    audiences: tuple[str, ...]
    issued_at: datetime | None
    not_before: datetime | None
    ends: tuple[datetime, ...]
    session_ends: datetime | None
    attributes: dict[str, tuple[str, ...]]


def read_response(encoded: str, metadata: str) -> SamlFacts:
    """What the response says; InvalidIdentityToken unless a certificate of the metadata signed it."""
    try:
        raw = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise bad_identity("Invalid base64 SAMLResponse") from None
    root = _parsed(raw)
    if len(root.findall(f".//{{{SAML}}}Assertion")) + (root.tag == f"{{{SAML}}}Assertion") != 1:
        raise bad_identity("The response does not hold exactly one assertion")
    return _facts(_assertion_in(_signed_part(root, metadata)))


def entity_of(metadata: str) -> str:
    """The issuer that the metadata speaks of."""
    return str(_parsed(metadata.encode()).get("entityID", ""))


def _parsed(raw: bytes) -> Any:
    """The tree; a document type, and with it every entity, is refused."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise bad_identity("Invalid SAML response: it is not XML") from None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise bad_identity("Invalid SAML response: a document type is not allowed")
    return root


def _signed_part(root: Any, metadata: str) -> Any:
    """The element the signature covers, as the verifier saw it."""
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    for certificate in _certificates(metadata):
        try:
            result = XMLVerifier().verify(
                root, x509_cert=certificate, expect_config=SignatureConfiguration(expect_references=1)
            )
        except (SignXMLException, ValueError):  # the next certificate may be the one
            continue
        if not isinstance(result, list) and result.signed_xml is not None:
            return result.signed_xml
    raise bad_identity("Response signature invalid")


def _certificates(metadata: str) -> Iterable[str]:
    for key in _parsed(metadata.encode()).iter(f"{{{METADATA}}}KeyDescriptor"):
        if key.get("use", "signing") == "signing":
            for each in key.iter(f"{{{DSIG}}}X509Certificate"):
                yield "".join(_text(each).split())


def _assertion_in(signed: Any) -> Any:
    if signed.tag == f"{{{SAML}}}Assertion":
        return signed
    found = signed.findall(f"{{{SAML}}}Assertion") if signed.tag == f"{{{PROTOCOL}}}Response" else []
    if len(found) != 1:
        raise bad_identity("The signature does not cover the assertion")
    return found[0]


def _facts(assertion: Any) -> SamlFacts:
    name = assertion.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
    confirmed = assertion.find(f"{{{SAML}}}Subject/{{{SAML}}}SubjectConfirmation/{{{SAML}}}SubjectConfirmationData")
    conditions = assertion.find(f"{{{SAML}}}Conditions")
    authn = assertion.find(f"{{{SAML}}}AuthnStatement")
    if name is None or confirmed is None or conditions is None:
        raise bad_identity("The assertion lacks its Subject, its SubjectConfirmationData or its Conditions")
    restrictions = conditions.findall(f"{{{SAML}}}AudienceRestriction/{{{SAML}}}Audience")
    ends = (_instant(conditions.get("NotOnOrAfter")), _instant(confirmed.get("NotOnOrAfter")))
    return SamlFacts(
        issuer=_text(assertion.find(f"{{{SAML}}}Issuer")),
        subject=_text(name),
        subject_format=name.get("Format", ""),
        recipient=confirmed.get("Recipient", ""),
        audiences=tuple(_text(each) for each in restrictions),
        issued_at=_instant(assertion.get("IssueInstant")),
        not_before=_instant(conditions.get("NotBefore")),
        ends=tuple(end for end in ends if end is not None),
        session_ends=_instant(authn.get("SessionNotOnOrAfter")) if authn is not None else None,
        attributes=dict(_attributes(assertion)),
    )


def _attributes(assertion: Any) -> Iterable[tuple[str, tuple[str, ...]]]:
    for attribute in assertion.findall(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"):
        values = attribute.findall(f"{{{SAML}}}AttributeValue")
        yield str(attribute.get("Name", "")), tuple(_text(each) for each in values)


def _text(element: Any) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad_identity("The assertion holds a time that cannot be read") from None
    if found.tzinfo is None:
        raise bad_identity("The assertion holds a time without a zone")
    return found
