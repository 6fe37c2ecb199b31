"""One module a verb:

takes promises (stores, runtime), returns values of the model. Knows no click, no rich, no httpx.
"""
