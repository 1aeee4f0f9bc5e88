"""What a page reports of a conversation, and what that costs at list prices.

Both may be changed here alone, as long as docs/openapi.yaml, docs/logs.md and `client/src/usage.js` stay true.
"""
