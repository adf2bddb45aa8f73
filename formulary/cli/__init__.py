"""The `formulary` command."""


def main() -> None:
    """Run the command line."""
    from formulary.cli.main import command

    command()
