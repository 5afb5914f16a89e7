"""Which operation a request calls, and the actions and resources that must be allowed for it."""
