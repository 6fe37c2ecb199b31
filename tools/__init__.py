"""Programs for those who change phoenix-dev; nothing here is installed with it."""
