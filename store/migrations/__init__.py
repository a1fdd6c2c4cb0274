"""The schema, step by step. `store.migrate` runs it; nothing else creates or changes tables."""
