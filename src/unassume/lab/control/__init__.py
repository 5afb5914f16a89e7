"""What drives the lab instead of being judged by it: faults, the door to the gate, and the endpoints under `/_lab/`."""
