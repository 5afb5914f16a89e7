"""One file per kind of slot: read it whole, put it, remove it; no decisions."""
