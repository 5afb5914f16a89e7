"""IAM's operations. Names become ARNs with the path the entity stands under, or is to be made under.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from unassume.iam.values import ABSENT, Known, Value
from unassume.lab.accounts.state import find_user_key
from unassume.lab.operations.needed import Needed
from unassume.lab.operations.passing import passed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Resolver, Service, missing, on
from unassume.lab.operations.scene import Scene
from unassume.lab.operations.standing import profile_arn
from unassume.lab.wire.refusals import Refusal

_ARN = "arn:aws:iam::"
_PATH = re.compile(r"/|/[\x21-\x7e]+/")


def _role(text: str, scene: Scene) -> str:
    role = scene.view.role_named(text)
    return role.arn if role else f"{_ARN}{scene.account}:role/{text}"


def _user(text: str, scene: Scene) -> str:
    user = scene.view.user_named(text)
    return user.arn if user else f"{_ARN}{scene.account}:user/{text}"


def _group(text: str, scene: Scene) -> str:
    group = scene.view.group_named(text)
    return group.arn if group else f"{_ARN}{scene.account}:group/{text}"


def _certificate(text: str, scene: Scene) -> str:
    return f"{_ARN}{scene.account}:server-certificate/{text}"


def _profile(text: str, scene: Scene) -> str:
    return profile_arn(scene.account, text) or f"{_ARN}{scene.account}:instance-profile/{text}"


def _made(operation: Operation, scene: Scene, kind: str, name: str) -> tuple[Needed, ...]:
    given = operation.parameters
    if not given.get(name):
        raise missing(name)
    resource = f"{_ARN}{scene.account}:{kind}{_path(given.get('Path'))}{given[name]}"
    return (on(f"iam:{operation.name}", resource, _keys(operation, scene, resource)),)


def _path(text: object) -> str:
    """A path, `/` where none is sent; moto writes it into the ARN as it comes, so no slash is added or taken away.

    AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html (the pattern of paths)
    """
    path = str(text or "/")
    if not _PATH.fullmatch(path):
        rule = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
        message = f"The specified value for path is invalid. {rule}"
        raise Refusal(code="ValidationError", status=400, message=message)
    return path


def _renamed(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """A change of name or path needs the action on what it is and on what it becomes.

    AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html ("Understand the implications of
    changing an IAM user's path or name"; UpdateGroup and UpdateServerCertificate likewise)
    """
    kind, parameter, find = _RENAMES[operation.name]
    given = operation.parameters
    if not given.get(parameter):
        raise missing(parameter)
    before = find(str(given[parameter]), scene)
    path, _, name = before.removeprefix(f"{_ARN}{scene.account}:{kind}").rpartition("/")
    path = _path(given["NewPath"]) if given.get("NewPath") else path + "/"
    after = f"{_ARN}{scene.account}:{kind}{path}{given.get(f'New{parameter}') or name}"
    return tuple(on(f"iam:{operation.name}", each) for each in dict.fromkeys((before, after)))


def _create_role(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    return _made(operation, scene, "role", "RoleName")


def _create_user(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    return _made(operation, scene, "user", "UserName")


def _create_group(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    return _made(operation, scene, "group", "GroupName")


def _create_policy(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    return _made(operation, scene, "policy", "PolicyName")


def _create_profile(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    return _made(operation, scene, "instance-profile", "InstanceProfileName")


def _create_mfa(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    return _made(operation, scene, "mfa", "VirtualMFADeviceName")


def _upload_certificate(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    return _made(operation, scene, "server-certificate", "ServerCertificateName")


def _create_oidc(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """A provider is named after its URL, without the scheme."""
    url = str(operation.parameters.get("Url") or "")
    name = url.partition("://")[2].rstrip("/")
    return (on(f"iam:{operation.name}", f"{_ARN}{scene.account}:oidc-provider/{name}"),)


def _linked_role(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    service = str(operation.parameters.get("AWSServiceName") or "")
    resource = f"{_ARN}{scene.account}:role/aws-service-role/{service}/*"
    return (on(f"iam:{operation.name}", resource, {"iam:awsservicename": Known((service,))}),)


def _own(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """Without a user name the call is about the user who signed it."""
    name = operation.parameters.get("UserName") or scene.caller_user
    if name is None:
        message = "Must specify userName when calling with non-User credentials"
        raise Refusal(code="ValidationError", status=400, message=message)
    resource = _user(str(name), scene)
    return (on(f"iam:{operation.name}", resource, _keys(operation, scene, resource)),)


def _key_of_any(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """The user whose key it is, whom only the key's id tells; a key of nobody's is judged on all users.

    AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
    """
    key = find_user_key(str(operation.parameters.get("AccessKeyId", "")))
    if key is None:
        return (on("iam:GetAccessKeyLastUsed", f"{_ARN}{scene.account}:user/*"),)
    if key.account != scene.account:
        return (on("iam:GetAccessKeyLastUsed", f"{_ARN}{key.account}:user/{key.user_name}"),)
    return (on("iam:GetAccessKeyLastUsed", _user(key.user_name, scene)),)


def _simulated(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """The user, group or role whose policies are simulated; whether it is one the simulator says."""
    arn = str(operation.parameters.get("PolicySourceArn") or "")
    if not arn:
        raise missing("PolicySourceArn")
    return (on(f"iam:{operation.name}", arn),)


def _put_in_profile(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """Whoever puts a role into an instance profile passes it to EC2."""
    given = operation.parameters
    profile, role = given.get("InstanceProfileName"), given.get("RoleName")
    if not profile or not role:
        raise missing("RoleName" if profile else "InstanceProfileName")
    return (
        on(f"iam:{operation.name}", _profile(str(profile), scene)),
        passed(_role(str(role), scene), "ec2.amazonaws.com"),
    )


_POLICY_CALLS = frozenset(
    f"{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("Role", "User", "Group")
)  # fmt: skip
_BOUND_CALLS = frozenset(
    f"{verb}{kind}Policy" for verb in ("Attach", "Detach", "Put", "Delete") for kind in ("Role", "User")
) | {"DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary"}  # fmt: skip
_BOUNDING = frozenset({"CreateRole", "CreateUser", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary"})


def _keys(operation: Operation, scene: Scene, resource: str) -> Mapping[str, Value]:
    given = operation.parameters
    keys: dict[str, Value] = {}
    if operation.name in _POLICY_CALLS:
        keys["iam:policyarn"] = Known((str(given.get("PolicyArn")),))
    if operation.name in _BOUNDING:
        boundary = given.get("PermissionsBoundary")
        keys["iam:permissionsboundary"] = Known((str(boundary),)) if boundary else ABSENT
    elif operation.name in _BOUND_CALLS:
        keys["iam:permissionsboundary"] = _boundary_of(resource, scene)
    return keys


def _boundary_of(resource: str, scene: Scene) -> Value:
    """The boundary the role or user stands under, which is what these calls are judged by."""
    entities: tuple[Any, ...] = (*scene.view.roles.values(), *scene.view.users.values())
    found = next((each for each in entities if each.arn == resource), None)
    boundary = getattr(found, "boundary", None)
    arn = boundary[0] if isinstance(boundary, tuple) and boundary else boundary
    return Known((str(arn),)) if arn else ABSENT


_RENAMES: Mapping[str, tuple[str, str, Resolver]] = {
    "UpdateUser": ("user", "UserName", _user), "UpdateGroup": ("group", "GroupName", _group),
    "UpdateServerCertificate": ("server-certificate", "ServerCertificateName", _certificate),
}  # fmt: skip
IAM = Service(
    base="arn:aws:iam::{account}:",
    rows={
        "*": "CreateAccountAlias DeleteAccountAlias DeleteAccountPasswordPolicy GenerateCredentialReport "
        "GetAccountAuthorizationDetails GetAccountPasswordPolicy GetAccountSummary GetCredentialReport "
        "ListAccountAliases ListOpenIDConnectProviders ListSAMLProviders ListServerCertificates "
        "ListVirtualMFADevices UpdateAccountPasswordPolicy SetSecurityTokenServicePreferences "
        "SimulateCustomPolicy GetContextKeysForCustomPolicy",
        "role/": "ListRoles",
        "user/": "ListUsers",
        "group/": "ListGroups",
        "policy/": "ListPolicies",
        "instance-profile/": "ListInstanceProfiles",
        "{RoleName:role}": "AttachRolePolicy DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy "
        "DeleteServiceLinkedRole DetachRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies "
        "ListInstanceProfilesForRole ListRolePolicies ListRoleTags PutRolePermissionsBoundary PutRolePolicy TagRole "
        "UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
        "role/aws-service-role/*": "GetServiceLinkedRoleDeletionStatus",
        "{UserName:user}": "AttachUserPolicy CreateLoginProfile DeactivateMFADevice DeleteLoginProfile "
        "DeleteSSHPublicKey DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy DetachUserPolicy "
        "EnableMFADevice GetLoginProfile GetSSHPublicKey GetUserPolicy ListAttachedUserPolicies ListGroupsForUser "
        "ListUserPolicies ListUserTags PutUserPermissionsBoundary PutUserPolicy TagUser UntagUser "
        "UpdateLoginProfile UpdateSSHPublicKey UploadSSHPublicKey",
        "{GroupName:group}": "AddUserToGroup AttachGroupPolicy DeleteGroup DeleteGroupPolicy DetachGroupPolicy "
        "GetGroup GetGroupPolicy ListAttachedGroupPolicies ListGroupPolicies PutGroupPolicy RemoveUserFromGroup",
        "{InstanceProfileName:profile}": "DeleteInstanceProfile GetInstanceProfile ListInstanceProfileTags "
        "RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile",
        "policy/{PolicyArn}": "CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy GetPolicyVersion "
        "ListEntitiesForPolicy ListPolicyTags ListPolicyVersions SetDefaultPolicyVersion TagPolicy UntagPolicy",
        "oidc-provider/{OpenIDConnectProviderArn}": "AddClientIDToOpenIDConnectProvider "
        "DeleteOpenIDConnectProvider GetOpenIDConnectProvider ListOpenIDConnectProviderTags "
        "RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider UntagOpenIDConnectProvider "
        "UpdateOpenIDConnectProviderThumbprint",
        "saml-provider/{Name}": "CreateSAMLProvider",
        "saml-provider/{SAMLProviderArn}": "DeleteSAMLProvider GetSAMLProvider ListSAMLProviderTags TagSAMLProvider "
        "UntagSAMLProvider UpdateSAMLProvider",
        "mfa/{SerialNumber}": "DeleteVirtualMFADevice ListMFADeviceTags TagMFADevice UntagMFADevice",
        "server-certificate/{ServerCertificateName}": "DeleteServerCertificate GetServerCertificate",
    },
    resolvers={"role": _role, "user": _user, "group": _group, "profile": _profile},
    special={
        "CreateRole": _create_role, "CreateUser": _create_user, "CreateGroup": _create_group,
        "CreatePolicy": _create_policy, "CreateInstanceProfile": _create_profile,
        "CreateVirtualMFADevice": _create_mfa, "UploadServerCertificate": _upload_certificate,
        "CreateOpenIDConnectProvider": _create_oidc, "CreateServiceLinkedRole": _linked_role,
        "AddRoleToInstanceProfile": _put_in_profile, "GetAccessKeyLastUsed": _key_of_any,
        "SimulatePrincipalPolicy": _simulated, "GetContextKeysForPrincipalPolicy": _simulated,
    } | dict.fromkeys(_RENAMES, _renamed) | dict.fromkeys((
        "GetUser", "ListAccessKeys", "CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey", "ListMFADevices",
        "ListSSHPublicKeys", "ListSigningCertificates", "UploadSigningCertificate", "UpdateSigningCertificate",
        "DeleteSigningCertificate", "ChangePassword",
    ), _own),
    keys=_keys,
)  # fmt: skip
