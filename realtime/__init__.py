"""The live door: the socket, its protocol, this node's rooms, and the bus between nodes."""
