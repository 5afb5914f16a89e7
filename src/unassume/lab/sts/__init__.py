"""The lab's own token service."""
