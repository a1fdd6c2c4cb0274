"""Signing in by OpenID Connect: the provider as it describes itself, what it answers, and what is asked of it.

The authorization code flow with PKCE, state and nonce. What the claims mean for an account is in `app.provided`.
"""
