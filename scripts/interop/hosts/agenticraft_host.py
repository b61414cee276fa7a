"""AgentiCraft behind the web endpoint of its streaming guide. Arguments: port, base URL of the model."""
import sys

import uvicorn
from agenticraft import Agent
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse

app = FastAPI()


@app.get("/health")
def health() -> PlainTextResponse:
    return PlainTextResponse("OK")


@app.post("/stream")
async def stream_endpoint(prompt: str) -> StreamingResponse:
    agent = Agent(name="Harbour", model="gpt-interop", api_key="none", base_url=sys.argv[2])

    async def generate():
        async for chunk in agent.stream(prompt):
            yield f"data: {chunk.content}\n\n"

    return StreamingResponse(generate(), media_type="text/event-stream")


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
