"""Lambda functions whose execution role it is."""

from __future__ import annotations

from unassume.aws.connection import Connection
from unassume.aws.refusals import asking
from unassume.model.preflights import Answer, AskWorkloads, Workload

_MOST_PAGES = 40  # of 50 functions


def look(connection: Connection, ask: AskWorkloads) -> Answer:
    """The functions of one region that run with it; ASSUMPTION: a version's role is its function's, as published.

    AWS: https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html (no filter by role: all are listed)
    """
    names, missing = set[str](), tuple[str, ...]()
    with asking("lambda:ListFunctions"):
        pages = connection.client("lambda", ask.region).get_paginator("list_functions").paginate()
        for number, page in enumerate(pages, 1):
            names.update(each["FunctionName"] for each in page["Functions"] if each.get("Role") == ask.role_arn)
            if number == _MOST_PAGES and page.get("NextMarker"):
                missing = (f"more than {_MOST_PAGES * 50} functions: the rest was not looked at",)
                break
    found = (Workload(role=ask.role.name, service="lambda", region=ask.region, name=name) for name in sorted(names))
    return Answer(workloads=tuple(found), missing=missing)
