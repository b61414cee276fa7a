"""Agentor's own server up to 0.0.23, when it stood on the OpenAI agents library. Arguments: port. The model's address comes from OPENAI_BASE_URL."""
import sys

from agentor import Agentor
from agents import function_tool, set_tracing_disabled
from agentor_tools import storm, tide

set_tracing_disabled(True)
agent = Agentor(
    name="Harbour",
    instructions="Answer in one sentence.",
    model="gpt-interop",
    tools=[function_tool(name_override="tide")(tide), function_tool(name_override="storm")(storm)],
    api_key="none",
)
agent.serve(host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
