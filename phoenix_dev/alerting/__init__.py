"""Alerts on their way to people: which channels are set up, the forms they take there, who is told what and when.

The real stack's Alertmanager does this by compose/alertmanager; here is what the settings make of it, and the same for
the embedded runtime, which has no Alertmanager.
"""
