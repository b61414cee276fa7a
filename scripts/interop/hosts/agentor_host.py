"""Agentor's own server, as `Agentor.serve` starts it: /chat and A2A. Arguments: port, base URL of the model."""
import sys

from agentor import Agentor, function_tool
from agentor_tools import storm, tide

agent = Agentor(
    name="Harbour",
    instructions="Answer in one sentence.",
    model="gpt-interop",
    tools=[function_tool(name_override="tide")(tide), function_tool(name_override="storm")(storm)],
    api_key="none",
    base_url=sys.argv[2],
    max_turns=3,
)
agent.serve(host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
