"""How a cut is written: one file per kind of slot, and the marks by which we know our own again.

Pure. A means renders, measures and says what it needs; it never reads or writes an account.
"""
