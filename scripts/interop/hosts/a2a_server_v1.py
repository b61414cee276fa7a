"""A server made with the A2A project's own Python kit, of the 1.x line: an agent that does as it is told. Arguments: port."""
import asyncio
import sys

import uvicorn
from a2a.helpers import new_task_from_user_message, new_text_message, new_text_part
from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import AgentCapabilities, AgentCard, AgentInterface
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

port = int(sys.argv[1])


class Obedient(AgentExecutor):
    async def execute(self, context, event_queue):
        wanted = context.get_user_input()
        if wanted == "message":
            await event_queue.enqueue_event(new_text_message("Only a message."))
            return
        task = new_task_from_user_message(context.message)
        await event_queue.enqueue_event(task)
        updater = TaskUpdater(event_queue, task.id, task.context_id)
        await updater.start_work()
        if wanted == "wait":
            await asyncio.sleep(60)
        if wanted == "fail":
            await updater.failed(new_text_message("No wind."))
            return
        if wanted == "ask":
            await updater.requires_input(new_text_message("Which port?"))
            return
        for at, piece in enumerate(["Grüße ", "from the\n", "harbour 🙂"]):
            await updater.add_artifact([new_text_part(piece)], artifact_id="answer", append=at > 0, last_chunk=at == 2)
        await updater.complete()

    async def cancel(self, context, event_queue):
        await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()


card = AgentCard(
    name="Obedient",
    description="Does as it is told",
    version="1.0.0",
    capabilities=AgentCapabilities(streaming=True),
    default_input_modes=["text/plain"],
    default_output_modes=["text/plain"],
    supported_interfaces=[AgentInterface(url=f"http://127.0.0.1:{port}/", protocol_binding="JSONRPC", protocol_version="1.0")],
)
handler = DefaultRequestHandler(agent_executor=Obedient(), task_store=InMemoryTaskStore(), agent_card=card)
health = Route("/health", lambda _: PlainTextResponse("OK"))
app = Starlette(routes=[health, *create_agent_card_routes(card), *create_jsonrpc_routes(handler, "/")])
uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)
