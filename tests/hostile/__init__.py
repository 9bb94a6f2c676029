"""Uploads that were made to harm, and what must be said of each."""
