"""The only code that speaks to a real account; it decides nothing.

Rule 1: boto3 is imported inside functions: connecting to a World costs no import and no call.
Rule 2: every error of botocore leaves here as one of ours, in one line, without a secret and without a cause attached.
"""
