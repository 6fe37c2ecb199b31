"""Requests at a rate: when each is due, the connections they go over, and the sending that waits for no answer."""
