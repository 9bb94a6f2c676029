"""IAM that denies: what a role does here, its own policies must allow, on the resource it touches."""
