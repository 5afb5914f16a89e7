"""What stands on this machine: files as Blobs, the local clock, and the progress nobody watches."""
