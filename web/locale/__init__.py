"""The catalogues, and how they are kept up to date."""
