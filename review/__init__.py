"""Linters that look at the template from outside, and why some of what they say is not followed."""
