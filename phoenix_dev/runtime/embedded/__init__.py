"""The embedded runtime: starts, stops and asks the one background process of a project."""
