"""What the emulator remembers: keys, tokens, secrets, conversations, faults, and what has reached it.

How much is kept and for how long may be changed freely; `control/routes.py` shows what is kept to tests, key by key.
"""
