"""HTTP to the user's own services: a request as it was typed, and the short questions of health and scraping."""
