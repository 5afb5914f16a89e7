"""Who asks, and may they: keys, callers, condition keys, the judgement."""
