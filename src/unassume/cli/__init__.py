"""The command line: one file per command, thin; the steps do the work, `report` finds the words."""
