"""Google's wire formats, error texts and the rules of each model.

Everything here may be changed by whoever has seen what Google sends; nothing here knows of sockets or sessions.
"""
