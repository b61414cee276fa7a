"""
AIECS has no endpoint for agent events, so this is the smallest host for one: POST a task, get the events of
`HybridAgent.execute_task_streaming`, or of its recovery, as server-sent events. Arguments: port. The model's address comes from
OPENAI_BASE_URL.
"""
import json
import logging
import sys
from pathlib import Path

import uvicorn
from aiecs.domain.agent import AgentConfiguration, HybridAgent
from aiecs.domain.agent.models import RecoveryStrategy
from aiecs.domain.agent.plugins.models import PluginConfig
from aiecs.llm import OpenAIClient
from aiecs.tools import BaseTool
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, StreamingResponse

logging.disable(logging.CRITICAL)
document = Path(__file__).with_name("harbour.dawp.md")


class Tide(BaseTool):
    """How high the water stands."""

    def level(self, port: str) -> dict:
        """How high the water stands.

        Args:
            port: Where.
        """
        return {"port": port, "metres": 4.2}

    def storm(self, port: str) -> dict:
        """Always fails.

        Args:
            port: Where.
        """
        raise RuntimeError(f"no station at {port}")


async def new_agent(with_document: bool) -> HybridAgent:
    """One per request: an agent takes one task at a time, and none after a failure."""
    options = {"document_path": str(document), "stream_boundary_events": True}
    config = AgentConfiguration(
        llm_model="gpt-interop",
        plugins=[PluginConfig(name="dawp", options=options)] if with_document else [],
    )
    agent = HybridAgent(
        agent_id="interop", name="Interop", llm_client=OpenAIClient(), tools={"tide": Tide()}, config=config, max_iterations=6
    )
    await agent.initialize()
    return agent


app = FastAPI()


@app.get("/health")
def health() -> PlainTextResponse:
    return PlainTextResponse("OK")


@app.post("/agents/{name}/runs")
async def run(name: str, request: Request) -> StreamingResponse:
    told = (await request.json())["task"]
    task, context = {"description": told["description"]}, told.get("context") or {}
    agent = await new_agent(with_document=name == "dawp")
    strategies = [RecoveryStrategy.RETRY, RecoveryStrategy.SIMPLIFY]
    recovering = name == "recovery"
    stream = agent.execute_with_recovery_streaming(task, context, strategies) if recovering else agent.execute_task_streaming(task, context)

    async def events():
        async for event in stream:
            yield f"data: {json.dumps(event, default=str)}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
