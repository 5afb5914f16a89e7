"""Systems Manager's operations: parameters, documents, maintenance windows, patch baselines.

AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
"""

from __future__ import annotations

from unassume.lab.operations.needed import Needed
from unassume.lab.operations.resolve import Operation
from unassume.lab.operations.rows import Service, check_arn, missing, on
from unassume.lab.operations.scene import Scene

_TAGGED = {
    "Parameter": "parameter/", "Document": "document/", "MaintenanceWindow": "maintenancewindow/",
    "PatchBaseline": "patchbaseline/", "ManagedInstance": "managed-instance/", "OpsItem": "opsitem/",
    "OpsMetadata": "opsmetadata/", "Automation": "automation-execution/", "Association": "association/",
}  # fmt: skip


def _parameter(text: str, scene: Scene) -> str:
    """A parameter's ARN has no second slash, and neither its version nor its label.

    AWS: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
    """
    if text.startswith("arn:"):
        return ":".join(text.split(":")[:6])
    return text.partition(":")[0].removeprefix("/")


def _path(text: str, scene: Scene) -> str:
    return text.strip("/") or "*"


def _tagged(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    given = operation.parameters
    kind, name = _TAGGED.get(str(given.get("ResourceType"))), given.get("ResourceId")
    if kind is None or not name:
        raise missing("ResourceType" if kind is None else "ResourceId")
    start = f"arn:aws:ssm:{scene.region}:{scene.account}:{kind}"
    return (on(f"ssm:{operation.name}", start + _parameter(str(name), scene)),)


def _command(operation: Operation, scene: Scene) -> tuple[Needed, ...]:
    """A command is judged on its document and on each instance it is sent to; targets by tag mean any instance."""
    given, start = operation.parameters, f"arn:aws:ssm:{scene.region}:{scene.account}:document/"
    name = str(given.get("DocumentName") or "")
    if not name:
        raise missing("DocumentName")
    instances = given.get("InstanceIds") or ["*"]
    base = f"arn:aws:ec2:{scene.region}:{scene.account}:instance/"
    return (_document(name, scene, start), *(on("ssm:SendCommand", f"{base}{each}") for each in instances))


def _document(name: str, scene: Scene, start: str) -> Needed:
    """AWS's own documents belong to no account."""
    aws_start = f"arn:aws:ssm:{scene.region}::document/"
    if name.startswith("arn:") and not name.startswith(aws_start + "AWS-"):
        check_arn(name, start, start.removesuffix("document/"), scene.region)
    if name.startswith("arn:"):
        return on("ssm:SendCommand", name)
    if name.startswith("AWS-"):
        return on("ssm:SendCommand", aws_start + name)
    return on("ssm:SendCommand", start + name)


SSM = Service(
    base="arn:aws:ssm:{region}:{account}:",
    rows={
        "*": "CreateMaintenanceWindow CreatePatchBaseline DescribeMaintenanceWindows DescribeParameters "
        "DescribePatchBaselines GetCommandInvocation GetPatchBaselineForPatchGroup ListCommands ListDocuments",
        "parameter/{Name:parameter}": "DeleteParameter GetParameter GetParameterHistory LabelParameterVersion "
        "PutParameter UnlabelParameterVersion",
        "parameter/{Names:parameter}": "DeleteParameters GetParameters",
        "parameter/{Path:path}": "GetParametersByPath",
        "document/{Name}": "CreateDocument DeleteDocument DescribeDocument DescribeDocumentPermission GetDocument "
        "ModifyDocumentPermission UpdateDocument UpdateDocumentDefaultVersion",
        "maintenancewindow/{WindowId}": "DeleteMaintenanceWindow DescribeMaintenanceWindowTargets "
        "DescribeMaintenanceWindowTasks GetMaintenanceWindow RegisterTargetWithMaintenanceWindow "
        "RegisterTaskWithMaintenanceWindow DeregisterTargetFromMaintenanceWindow DeregisterTaskFromMaintenanceWindow",
        "windowtarget/{WindowTargetId}": "DeregisterTargetFromMaintenanceWindow",
        "windowtask/{WindowTaskId}": "DeregisterTaskFromMaintenanceWindow",
        "patchbaseline/{BaselineId}": "DeletePatchBaseline DeregisterPatchBaselineForPatchGroup "
        "RegisterPatchBaselineForPatchGroup",
    },
    resolvers={"parameter": _parameter, "path": _path},
    special={
        "AddTagsToResource": _tagged, "RemoveTagsFromResource": _tagged, "ListTagsForResource": _tagged,
        "SendCommand": _command,
    },
    passes={"SendCommand": "ServiceRoleArn", "RegisterTaskWithMaintenanceWindow": "ServiceRoleArn"},
    passed_to="ssm.amazonaws.com",
)  # fmt: skip
