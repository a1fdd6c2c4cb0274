"""The ground floor: tables, queries and migrations. It knows nothing but data."""
