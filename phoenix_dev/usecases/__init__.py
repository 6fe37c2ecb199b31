"""What commands and pages decide: mostly one module a verb, and beside it what it or several of them need.

A use case takes promises (stores, a runtime) and returns values of the model. It knows no click, no rich, no httpx.
"""
