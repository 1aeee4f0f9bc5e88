"""A stand-in for the Google endpoints that livetoken uses: Gemini, Secret Manager and the metadata server."""
