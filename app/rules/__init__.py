"""Pure rules: plain values in, a decision out. No session, no socket, no table."""
