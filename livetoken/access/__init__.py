"""Who may have a token, and how many: origin, client address, rate limits, verified callers.

How it is found out may be changed here alone; who is refused is promised in docs/security.md.
"""
