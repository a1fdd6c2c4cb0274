"""Use cases and rules: what may be done, by whom, and what happened. It knows no HTTP and no socket."""
