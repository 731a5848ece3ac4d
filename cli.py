"""The command `carelane`."""


def main() -> None:
    """Run the command line."""
