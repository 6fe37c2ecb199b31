"""What alerts would have sent: takes what is meant for Slack, PagerDuty and a mail server, keeps it, and shows it.

It runs in a container that has Python and nothing of ours beside this package, so nothing here imports the rest.
"""
