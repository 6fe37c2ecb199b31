"""The rules that are there without settings: `python -m tools.rules` writes them to provisioning/.

They are made of phoenix_dev/signals. A test holds both in step.
"""
