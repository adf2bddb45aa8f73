"""What the tests share: databases, builders, a client that checks every page, a browser."""
