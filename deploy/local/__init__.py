"""One command, one machine: the real broker, trace viewer, database and every service under one supervisor.

``topology`` is the table of what runs; ``supervisor`` runs it; ``kafka``, ``zipkin`` and ``postgres`` know one server
each and serve the tests as well.
"""
