"""The only code that talks to the outside: one gateway for each service."""
