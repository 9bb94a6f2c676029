"""Releases while things go wrong: every call, event and process of a release is made to fail."""
