"""CloudFormation as `sam` uses it: change sets, stacks, outputs; an unknown type fails the stack."""
