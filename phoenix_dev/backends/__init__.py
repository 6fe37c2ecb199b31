"""The systems that keep telemetry elsewhere, behind the promises of stores/.

Of each, client.py knows paths and raw JSON, store.py turns that into the model.
"""
