"""The HTTP API: one thin module per subject. Each call finds, checks, hands over; rules live in `app`."""
