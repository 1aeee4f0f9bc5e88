"""HTTP in and out: routes, the bounded body, answers, CORS, and the log line of a request.

All of it may be changed here alone, as long as docs/openapi.yaml and docs/logs.md stay true.
"""
