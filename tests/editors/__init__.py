"""The bench: real editors, driven by tests through scenarios that are described once."""
