"""The tools of both hosts of Agentor, for its decorator, which is another in each."""


def tide(port: str) -> str:
    """How high the water stands.

    Args:
        port: Where.
    """
    return f"{port}: 4.2 m, rising – “spring”"


def storm(port: str) -> str:
    """Always fails.

    Args:
        port: Where.
    """
    raise RuntimeError(f"no station at {port}")
