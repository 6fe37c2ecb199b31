"""Every row of the table of alerts, in both severities and on both runtimes: let happen, and written down."""
