"""How tests look into a running emulator and steer it: the routes under `/_standin/`, and a client for them.

A new route is a function in `routes.py`, a method in `client.py` and a row in the README, which a test compares.
"""
