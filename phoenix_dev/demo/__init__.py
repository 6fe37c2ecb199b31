"""A small Phoenix system: six services that answer one request together and say truthfully what they did.

`scenario` decides what a request will do, `truth` says which spans and logs that must cause, `system` starts and stops
the processes, `traffic` sends requests. Everything else runs inside the service processes and is never imported by the
command line.
"""
