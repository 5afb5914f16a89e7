"""moto, the state store behind the gate, and what stands around it."""
