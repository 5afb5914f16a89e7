"""The AWS policy language, usable alone: parse, measure, match, authorize.

Pure: no clock, no network, no files. Whoever calls passes time and context in.
"""
