"""A CodeDeploy that deploys: its control plane, and Lambda deployments that really shift traffic."""
