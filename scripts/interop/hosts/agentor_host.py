"""Agentor's own server, as `Agentor.serve` starts it: /chat and A2A. Arguments: port, base URL of the model."""
import sys

from agentor import Agentor, function_tool


@function_tool(name_override="tide")
def tide(port: str) -> str:
    """How high the water stands.

    Args:
        port: Where.
    """
    return f"{port}: 4.2 m, rising – “spring”"


@function_tool(name_override="storm")
def storm(port: str) -> str:
    """Always fails.

    Args:
        port: Where.
    """
    raise RuntimeError(f"no station at {port}")


agent = Agentor(
    name="Harbour",
    instructions="Answer in one sentence.",
    model="gpt-interop",
    tools=[tide, storm],
    api_key="none",
    base_url=sys.argv[2],
    max_turns=3,
)
agent.serve(host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
