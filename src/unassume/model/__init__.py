"""The nouns: frozen values, one meaning each, shared by code, command line, documents and reports.

Nothing here reads, writes, sleeps or decides. Times are aware UTC. Sets are named in the plural,
booleans as claims. No value ever holds a secret key or a session token.
"""
