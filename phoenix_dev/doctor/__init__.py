"""What `doctor` examines: small functions that look at given facts and yield findings.

None of them changes anything. What one needs is handed to it (a folder, an engine, settings), so that a test can give
it a real one in the condition that is to be found. project.py puts them together for a project.
"""
