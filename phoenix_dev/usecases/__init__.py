"""One module a verb: it takes promises (stores, runtime) and returns values of the model. Knows no click, no rich, no
httpx.
"""
