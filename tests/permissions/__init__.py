"""Is every statement of every role needed? Each is taken away in turn, and a story must then fail."""
