"""Examines a deployed function from outside, the way a page and its enemies would, and says what to do.

All of it may be changed here alone, as long as the form of `--json` stays and docs/doctor.md stays true.
"""
