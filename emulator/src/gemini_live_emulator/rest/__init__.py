"""The endpoints over HTTP: tokens and models of Gemini, Secret Manager, the metadata server.

Another endpoint of Google's is a function here and a line in `routes.py`; the socket is elsewhere.
"""
