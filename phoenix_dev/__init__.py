"""See a request of a microservice system whole, on a developer's own machine."""

__version__ = "0.1.0"
