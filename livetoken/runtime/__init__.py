"""What every part runs on: deadlines, the warm-up, values made once, logging with redaction.

All of it may be changed here alone; it knows nothing of tokens, prompts or HTTP.
"""
