"""Queries for those who administer a site: everybody with everything an account has, and nothing that anybody wrote."""
