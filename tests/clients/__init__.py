"""Applications that know nothing of phoenix-dev, a folder a language; each tells what it sent."""
