"""Types: what they are, how they relate, and how JSON Schemas and signatures are read."""
