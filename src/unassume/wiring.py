"""A World of real adapters, put together without a call to AWS and without importing boto3."""

from __future__ import annotations

import os
from collections.abc import Sequence

from unassume.aws.accounts import AwsAccounts
from unassume.aws.buckets import BucketBlobs
from unassume.aws.connection import Connection
from unassume.aws.layers import PolicyReader
from unassume.aws.permissions import AwsPermissions
from unassume.aws.reach import Reach
from unassume.aws.surroundings import AwsSurroundings
from unassume.aws.trails import ReachedTrails
from unassume.journal import FileJournal
from unassume.ports import Clock, Progress, Trail, World
from unassume.sources.blobs import LocalBlobs
from unassume.sources.clock import SystemClock
from unassume.sources.lanes import MOST, ThreadLanes
from unassume.sources.progress import SilentProgress
from unassume.sources.several_trails import SeveralTrails
from unassume.sources.trail_files import FileTrail


def connect(
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    *,
    state_dir: str | os.PathLike[str] | None = None,
    clock: Clock | None = None,
    progress: Progress | None = None,
    incident: str = "",
    credentials_file: str | None = None,
    organization_profile: str | None = None,
    reach_role: str | None = None,
    reach_accounts: Sequence[str] = (),
    trails: Sequence[str] = (),
) -> World:
    """The World of an AWS account, as boto3 finds it; nothing is read, written or asked before a step needs it.

    Receipts go below `state_dir`, else UNASSUME_STATE_DIR, else the user's own state folder. `incident` is named in
    the user agent of every call. `credentials_file` is read for profiles instead of the usual one. SCPs are written
    with `organization_profile`. In each of `reach_accounts` the role `reach_role` is assumed (its name, with its path
    if it has one).

    `trails` are files, folders or `s3://` prefixes of CloudTrail logs, or `lookup` for the event history, which is read
    when none is named.
    """
    clock, progress = clock or SystemClock(), progress or SilentProgress()
    connection = Connection(
        clock, profile=profile, region=region, endpoint_url=endpoint_url, incident=incident,
        credentials_file=credentials_file,
    )  # fmt: skip
    organization = connection.with_profile(organization_profile) if organization_profile is not None else None
    reach = Reach(connection, {one: connection.as_role(one, reach_role) for one in reach_accounts if reach_role})
    return World(
        trail=_trail(trails, reach, progress),
        blobs=LocalBlobs(),
        accounts=AwsAccounts(reach, organization),
        journal=FileJournal(state_dir or default_state_dir()),
        clock=clock,
        progress=progress,
        lanes=ThreadLanes(),
        surroundings=AwsSurroundings(connection),
    )


def _trail(places: Sequence[str], reach: Reach, progress: Progress) -> Trail:
    """What is read for sightings: the places named, or the event histories of the accounts in reach."""

    def trail(place: str) -> Trail:
        if place == "lookup":
            return ReachedTrails(reach)
        if place.startswith("s3://"):
            return FileTrail(BucketBlobs(reach.own), place, reach.own.clock, progress, abreast=MOST)
        return FileTrail(LocalBlobs(), place, reach.own.clock, progress)

    found = [trail(place) for place in dict.fromkeys(places or ("lookup",))]
    return found[0] if len(found) == 1 else SeveralTrails(found)


def policy_reader(
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    *,
    organization_profile: str | None = None,
    clock: Clock | None = None,
) -> PolicyReader:
    """A reader of the account's policies; those of the organization with another profile where one is named."""
    clock = clock or SystemClock()
    own = Connection(clock, profile=profile, region=region, endpoint_url=endpoint_url)
    if organization_profile is None:
        return PolicyReader(own)
    other = Connection(clock, profile=organization_profile, region=region, endpoint_url=endpoint_url)
    return PolicyReader(own, other)


def own_permissions(
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    *,
    clock: Clock | None = None,
) -> AwsPermissions:
    """What the responder's own credentials may do, for doctor; nothing is asked before it is wanted."""
    return AwsPermissions(Connection(clock or SystemClock(), profile=profile, region=region, endpoint_url=endpoint_url))


def default_state_dir() -> str:
    """Where receipts are kept when nobody says: UNASSUME_STATE_DIR, or the user's state folder."""
    if said := os.environ.get("UNASSUME_STATE_DIR"):
        return said
    from platformdirs import user_state_dir

    return user_state_dir("unassume")
