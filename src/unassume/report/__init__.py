"""Values to text, table, JSON and story. Whatever came from a log or an account goes through `escape`."""
