"""CloudTrail bytes to sightings to sessions, pure: nothing here opens a file, asks AWS or knows what time it is."""
