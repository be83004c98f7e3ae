"""API files held against the official documents of their APIs."""
