"""Where moto behaves otherwise than AWS: one file for each behaviour put right.

Each file says which behaviour it restores. `tests/localcloud/test_corrections.py` tells when moto
does it by itself, so that the file can go. moto is pinned exactly for the same reason.
"""
