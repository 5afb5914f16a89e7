"""The lab's own CloudTrail."""
