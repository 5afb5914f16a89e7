"""The condition keys of a SAML assertion.

AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html (SAML keys)
AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html (attribute names)
"""

from __future__ import annotations

import base64
import hashlib

from unassume.iam.values import Known, Value
from unassume.lab.sts.saml_response import SamlFacts

_NAMEID = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_PERSON = "urn:oid:1.3.6.1.4.1.5923.1.1.1."
_ORGANISATION = "urn:oid:1.3.6.1.4.1.5923.1.2.1."
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_SINGLE = frozenset({"edupersonorgdn", "edupersonprimaryaffiliation", "edupersonprimaryorgunitdn",
                     "edupersonprincipalname"})  # fmt: skip
_ATTRIBUTES = {
    f"{_PERSON}1": "edupersonaffiliation",
    f"{_PERSON}2": "edupersonnickname",
    f"{_PERSON}3": "edupersonorgdn",
    f"{_PERSON}4": "edupersonorgunitdn",
    f"{_PERSON}5": "edupersonprimaryaffiliation",
    f"{_PERSON}6": "edupersonprincipalname",
    f"{_PERSON}7": "edupersonentitlement",
    f"{_PERSON}8": "edupersonprimaryorgunitdn",
    f"{_PERSON}9": "edupersonscopedaffiliation",
    f"{_PERSON}10": "edupersontargetedid",
    f"{_PERSON}11": "edupersonassurance",
    f"{_ORGANISATION}2": "eduorghomepageuri",
    f"{_ORGANISATION}3": "eduorgidentityauthnpolicyuri",
    f"{_ORGANISATION}4": "eduorglegalname",
    f"{_ORGANISATION}5": "eduorgsuperioruri",
    f"{_ORGANISATION}6": "eduorgwhitepagesuri",
    "urn:oid:2.5.4.3": "cn",
    "http://schemas.xmlsoap.org/claims/CommonName": "commonname",
    f"{_CLAIMS}name": "name",
    f"{_CLAIMS}givenname": "givenname",
    f"{_CLAIMS}surname": "surname",
    f"{_CLAIMS}emailaddress": "mail",
    "urn:oid:0.9.2342.19200300.100.1.1": "uid",
    "urn:oid:0.9.2342.19200300.100.1.3": "mail",
    "urn:oid:0.9.2342.19200300.100.1.45": "organizationstatus",
    "urn:oid:2.5.4.45": "x500uniqueidentifier",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": "primarygroupsid",
}


def subject_type(facts: SamlFacts) -> str:
    """The NameID's format, SAML's own prefix left off."""
    return facts.subject_format.removeprefix(_NAMEID)


def name_qualifier(facts: SamlFacts, provider_arn: str) -> str:
    """The hash that with the subject names one person.

    AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html (NameQualifier)
    """
    text = f"{facts.issuer}{provider_arn.split(':')[4]}/{_friendly(provider_arn)}"
    return base64.b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()


def lasting_keys(facts: SamlFacts, provider_arn: str) -> dict[str, tuple[str, ...]]:
    """The keys that later calls of the session carry too, for the role's permission policies."""
    return {
        "saml:sub": (facts.subject,),
        "saml:sub_type": (subject_type(facts),),
        "saml:namequalifier": (name_qualifier(facts, provider_arn),),
    }


def assertion_keys(facts: SamlFacts, provider_arn: str) -> dict[str, Value]:
    """The keys the role's trust sees; `saml:aud` is the Recipient, as the guide says, not the Audience."""
    keys: dict[str, Value] = {name: Known(texts) for name, texts in lasting_keys(facts, provider_arn).items()}
    keys["saml:aud"] = Known((facts.recipient,))
    keys["saml:iss"] = Known((facts.issuer,))
    keys["saml:doc"] = Known((f"{provider_arn.split(':')[4]}/{_friendly(provider_arn)}",))
    for attribute, name in _ATTRIBUTES.items():
        if facts.attributes.get(attribute):
            keys[f"saml:{name}"] = Known(facts.attributes[attribute], several=name not in _SINGLE)
    return keys


def _friendly(provider_arn: str) -> str:
    return provider_arn.rpartition("/")[2]
