"""Plans that stay: saved in versions, shared, published; SQLite or PostgreSQL."""
