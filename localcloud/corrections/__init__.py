"""Where moto behaves otherwise than AWS: one file for each behaviour put right.

Each file says which behaviour it restores, and where moto lacks it. moto is pinned exactly, so that a
file goes when a newer moto does it by itself.
"""
