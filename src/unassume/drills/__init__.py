"""Incidents to rehearse, one file each: the very steps and adapters used against AWS, against a lab over HTTP."""
