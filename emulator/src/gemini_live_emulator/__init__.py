"""Google's Gemini Live API on your own machine, without a key: tokens, the WebSocket, Secret Manager, metadata server.

The layers are `protocol` (what messages and models look like), `state` (what is remembered), `rest` and `live` (who
answers), `control` (how tests look in and steer); each imports only those before it, so a change starts in one.
"""

DEFAULT_KEY = "stand-in-key-for-local-use-only"
