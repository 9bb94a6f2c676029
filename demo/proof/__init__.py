"""The demo's stories on AWS itself, beside the same stories in the local cloud."""
