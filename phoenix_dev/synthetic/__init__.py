"""Checks: requests that are sent again and again as a user would send them, and what is expected of their answers."""
