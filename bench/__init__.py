"""Figures, each a ratio to an anchor measured in the same run."""
