"""The page: what is kept, in a browser. Reads through the stores, changes nothing, answers this machine only."""
