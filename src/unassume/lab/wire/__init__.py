"""What comes over the wire: requests read, signatures proven, answers and refusals written."""
