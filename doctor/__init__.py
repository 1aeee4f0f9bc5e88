"""Examines a deployed function from outside, the way a page and its enemies would, and says what to do."""
