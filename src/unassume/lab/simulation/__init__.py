"""IAM's policy simulator, answered by our own evaluator and never by moto."""
