"""What runs on a role, one file per service; read-only calls, and nothing is decided here."""
