"""Agentor's own server up to 0.0.23, when it stood on the OpenAI agents library. Arguments: port. The model's address comes from OPENAI_BASE_URL."""
import sys

from agentor import Agentor
from agents import function_tool, set_tracing_disabled


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


set_tracing_disabled(True)
agent = Agentor(
    name="Harbour",
    instructions="Answer in one sentence.",
    model="gpt-interop",
    tools=[tide, storm],
    api_key="none",
)
agent.serve(host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
