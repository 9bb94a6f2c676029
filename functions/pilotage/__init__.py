"""What a release is: an uploaded artifact on its way to one target, and how it ends."""
