"""The project's own data: what the files of `seed_data` say, and how they get into a database."""
