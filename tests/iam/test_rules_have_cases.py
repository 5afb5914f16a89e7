"""Every rule of the evaluation has a sourced case on each side: one where it holds and a neighbouring one where not.

A case says so in its `section`: a rule of this table, then `/holds` or `/fails`. The operators' truth tables are
generated in `test_truth_tables` and are counted apart.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from unassume.iam.check import Case, read_case
from unassume.iam.operators import OPERATORS

CASES = Path(__file__).parent.parent / "cases" / "iam"
RULES = {
    "5.1.1 explicit deny": "a Deny that applies in any layer ends it",
    "5.1.1 conditions count per statement": "the conditions of one statement do not bear on another",
    "5.1.2 RCP must allow": "the full access at each level lets through, a Deny at any level ends it",
    "5.1.2 RCP reaches principals of other accounts": "it binds the resource, whoever asks",
    "5.1.2 RCP spares service-linked roles": "no RCP bears on them",
    "5.1.2 RCP does not bind the management account": "its resources have none",
    "5.1.2 SCP at every level": "root, each unit and the account must each allow",
    "5.1.2 SCP grants nothing": "an identity or resource policy must grant besides",
    "5.1.2 SCP bounds resource policies too": "what a resource policy grants stays under the SCPs",
    "5.1.2 SCP binds a member account's root": "root is a principal of the account",
    "5.1.2 SCP does not bind the management account": "it has none",
    "5.1.2 SCP spares service-linked roles": "no SCP bears on them",
    "5.1.2 SCP spares services and outsiders": "it binds principals of the account only",
    "5.1.2 endpoint policy must allow": "a request through an endpoint needs its policy's Allow",
    "5.1.3 user ARN named": "the resource's Allow is enough, whatever boundary and identity leave out",
    "5.1.3 session ARN named": "the same, and the session policy's silence does not matter either",
    "5.1.3 federated user ARN named": "the same for a session of GetFederationToken",
    "5.1.3 role ARN named": "enough without identity, but boundary and session policy still limit",
    "5.1.3 everyone with aws:PrincipalArn": "not limited by boundary or session policy",
    "5.1.3 account named only delegates": "the identity's side must allow",
    "5.1.4 identity must allow": "where nothing grants there is an implicit deny",
    "5.1.4 boundary must allow": "it limits what identity policies grant, and grants nothing",
    "5.1.4 session policy must allow": "it limits what identity policies grant, and grants nothing",
    "5.1.4 GetFederationToken needs a session policy": "without one only a resource that names the session gives",
    "5.1.5 both sides must allow": "across accounts neither side is enough",
    "5.1.5 the resource names session, role or account": "each of them will do across accounts",
    "5.1.5 the caller's boundary counts": "across accounts even where the session is named",
    "5.1.5 the caller's session policy counts": "across accounts even where the session is named",
    "5.1.5 the caller's SCP counts": "across accounts it is the caller's that binds the caller",
    "5.1.6 trust must allow": "a role's trust policy, in the same account too",
    "5.1.6 a KMS key policy must allow": "in the same account too, and root included",
    "5.1.6 root has full access by default": "without an identity policy",
    "5.1.6 a deny reaches root": "in resource policies and RCPs",
    "5.1.7 calls that need no permission": "GetCallerIdentity works under a Deny",
    "5.1.8 NotPrincipal with Deny": "it denies all but the named",
    "5.1.8 NotPrincipal naming less than all": "whom it then spares is not documented",
    "5.1.8 NotPrincipal with Deny reaches all with a boundary": "named or not",
    "5.2 positive on an absent key": "false",
    "5.2 negated on an absent key": "true",
    "5.2 IfExists": "true on an absent key, else it compares",
    "5.2 Null true": "true on an absent key",
    "5.2 Null false": "true on a key that is there",
    "5.2 an empty text counts as null": "for Null and IfExists",
    "5.2 ForAllValues": "every value of the request matches",
    "5.2 ForAllValues on an absent or empty key": "true, unless Null false closes the gap",
    "5.2 ForAnyValue": "some value of the request matches",
    "5.2 ForAnyValue on an absent or empty key": "false, negated or not",
    "5.2 ForAnyValue with IfExists on an absent key is contested": "unknown",
    "5.2 several request values under a plain operator are open": "unknown",
    "5.2 positive means any of the values": "of the policy",
    "5.2 negated means none of the values": "of the policy",
    "5.2 operators and keys are ANDed": "all of a Condition must be met",
    "5.2 Bool false on an absent key": "false: the trap of conditions on MFA",
    "5.3 key names ignore case": "the key of a tag too; values do not",
    "5.3 actions ignore case and take wildcards": "`*` and `?`",
    "5.3 NotAction": "covers every action but its own",
    "5.3 NotResource": "covers every resource but its own",
    "5.3 ARNs mind case": "in Resource and in conditions",
    "5.3 IgnoreCase folds with plain lower case": "the sharp s is not ss",
    "5.3 StringEquals takes no wildcards": "a star is a star",
    "5.3 wildcards span line ends": "any character is any character",
    "5.3 ArnEquals takes wildcards": "it is the same as ArnLike",
    "5.3 ARN operators match part by part": "a star reaches no other part, save in the last",
    "5.3 StringLike crosses colons": "it knows no parts",
    "5.3 Resource wildcards stay within a part": "a star in the last takes slashes and colons",
    "5.3 Resource * alone matches all": "also what is no ARN",
    "5.3 actions without resources ask for *": "no ARN covers that, NotResource with an ARN does",
    "5.3 scalars without quotes": "numbers and booleans",
    "5.3 W3C dates": "from the month to fractions of a second",
    "5.3 epoch seconds": "on either side",
    "5.3 offset": "the instant counts, not its writing",
    "5.3 DateLessThan is strict": "the cut-off itself is not before it",
    "5.3 of several dates the latest wins": "any of them is enough",
    "5.3 the same second is unknown": "an issue time in whole seconds beside a cut-off in milliseconds",
    "5.3 a bare address is one host": "without a prefix length",
    "5.3 IPv6": "however it is written",
    "5.3 IPv4 is in no IPv6 block": "so NotIpAddress matches",
    "5.3 host bits of a block": "may be set",
    "5.3 decimals": "compared as numbers",
    "5.3 only decimal numbers": "neither hexadecimal nor trailing text",
    "5.4 variable in Resource": "is filled in",
    "5.4 variable in NotResource": "is filled in",
    "5.4 variable in a String value": "is filled in",
    "5.4 variable in an ARN value": "is filled in",
    "5.4 only with Version 2012-10-17": "else it is ordinary text",
    "5.4 the key in a variable ignores case": "its value does not",
    "5.4 default": "where the key has no value",
    "5.4 no value: positive does not match": "without a default",
    "5.4 no value: negated matches": "without a default",
    "5.4 no value: Resource matches nothing": "without a default",
    "5.4 no value: NotResource covers everything": "without a default",
    "5.4 a substituted value is literal": "its star is no wildcard",
    "5.4 escapes": "`${*}`, `${?}` and `${$}` are the characters",
    "5.4 multivalued keys cannot be substituted": "what happens then is unknown",
    "5.5 root": "its keys",
    "5.5 IAM user": "its keys, with long-term keys and with a token",
    "5.5 assumed role": "its keys",
    "5.5 EC2 instance role": "the session is named after the instance",
    "5.5 federated user": "its keys",
    "5.5 service": "its keys, and Principal Service",
    "5.5 anonymous": "its keys",
    "5.5 userid names one session name": "of one role, by its unique id",
    "5.5 PrincipalArn is the role's ARN with its path": "never the session's",
    "5.5 session ARN drops the path": "in Principal elements",
    "5.5 principals are named by unique id": "another role of the same name is another",
    "5.5 source identity": "stays with the session and along chains",
    "5.5 keys of the AssumeRole request only": "session name, external id and their like",
    "5.5 MFA keys": "absent for long-term keys; the age only with MFA",
    "5.5 federated provider": "only for web identity and SAML sessions",
    "5.5 principal tags": "of the session and the role",
    "5.6 trust names the caller": "user, role or session of the account: enough",
    "5.6 trust names the account": "the identity must allow besides",
    "5.6 trust across accounts": "both sides must allow",
    "5.6 web identity: only the trust counts": "with the provider's keys",
    "5.6 SAML: only the trust counts": "with the provider's keys",
    "5.6 root assumes no role": "STS refuses",
    "5.6 AssumeRole carries the caller's keys": "not those of the session to come",
    "5.6 a revoked session cannot chain": "its role's Deny covers AssumeRole",
    "5.6 the caller's policies do not follow into the new session": "it lives under its own role's",
    "5.6 a deny on the role reaches its sessions": "all of them",
    "5.6 a deny beats every allow": "a missing Allow does not",
    "5.6 a deny does not reach GetCallerIdentity": "which proves nothing",
    "5.6 a deny reaches presigned URLs": "when they are used",
    "5.6 DateLessThan on the issue time": "hits older sessions and spares newer ones and long-term keys",
    "5.6 DateLessThanIfExists hits long-term keys": "where DateLessThan spares them",
    "5.6 name and issue time together": "both must be met",
    "5.6 a window of the issue time": "one second and no other",
    "6.3 a key that is not known": "leaves open what it decides, and nothing else",
    "6.4 cases of unknown keys": "what holds for all values is certain",
} | {f"5.2 operator {name}": "compares as its name says" for name in OPERATORS}


def cases() -> list[Case]:
    return [read_case(line) for path in sorted(CASES.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


def outcomes_by_side() -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: {"holds": set(), "fails": set()})
    for case in cases():
        rule, _, side = (case.section or "").rpartition("/")
        found[rule][side].add(case.expect)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_cases_on_both_sides(rule: str) -> None:
    """There is a case where the rule holds and one where it does not, and they do not all expect the same."""
    sides = outcomes_by_side()[rule]
    assert sides["holds"]
    assert sides["fails"]
    assert len(sides["holds"] | sides["fails"]) > 1


def test_every_case_stands_for_a_rule() -> None:
    """The section of a case is a rule of the table and a side."""
    known = {f"{rule}/{side}" for rule in RULES for side in ("holds", "fails")}
    assert {case.section for case in cases()} <= known


def test_every_source_is_an_address_and_what_is_no_document_says_so() -> None:
    """A source has an address; a case that expects "unknown" for want of a document has a note on it."""
    assert [case.id for case in cases() if "https://" not in (case.source or "")] == []
    silent = [case for case in cases() if case.expect == "unknown" and not case.request.unknown_keys]
    open_rules = ("is contested/holds", "are open/holds", "cannot be substituted/holds")
    assert all(case.note for case in silent if (case.section or "").endswith(open_rules))
