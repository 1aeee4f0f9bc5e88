"""The Live API's WebSocket: who is admitted, what a client may send, and the scripted, spoken answers.

What is said and when may be changed here alone; which setups a model refuses stands in `protocol/models.py`.
"""
