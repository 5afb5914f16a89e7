"""The ladder: one file per rung, narrowest first. A rung is a selector and what the thief can still do."""
