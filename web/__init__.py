"""The outer door: pages, HTTP API, browser code and the command line. `server.py` wires everything."""
