"""The A2A project's own Python client, of the 0.3 line, against a server. Arguments: the server's address. Writes what it saw, as JSON."""
import asyncio
import json
import sys

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory, create_text_message_object
from a2a.client.errors import A2AClientJSONRPCError
from a2a.types import TaskIdParams, TaskQueryParams

url = sys.argv[1]


def text_of(task):
    return "".join(part.root.text for artifact in task.artifacts or [] for part in artifact.parts if part.root.kind == "text")


def told(task):
    return {"text": text_of(task), "last": task.status.state.value}


async def main():
    seen = {}
    async with httpx.AsyncClient(timeout=30) as http:
        card = await A2ACardResolver(http, url).get_agent_card()
        streaming = ClientFactory(ClientConfig(httpx_client=http)).create(card)
        at_once = ClientFactory(ClientConfig(httpx_client=http, streaming=False)).create(card)
        seen["card"] = [card.name, sorted(skill.id for skill in card.skills)]

        async def last(client, text, task_id=None):
            message = create_text_message_object(content=text)
            message.task_id = task_id
            async for task, _ in client.send_message(message):
                pass
            return task

        first = await last(streaming, "hello")
        seen["stream"] = told(first)
        seen["tools"] = told(await last(streaming, "the tides, please"))
        seen["failure"] = (await last(streaming, "be refused")).status.state.value
        seen["send"] = told(await last(at_once, "hello"))
        question = await last(at_once, "set sail")
        seen["question"] = question.status.state.value
        seen["answer"] = told(await last(at_once, "yes", question.id))
        seen["get"] = told(await streaming.get_task(TaskQueryParams(id=first.id)))

        running, watching = [], []
        begun = asyncio.get_running_loop().create_future()

        async def run():
            async for task, _ in streaming.send_message(create_text_message_object(content="wait for me")):
                running.append(task.status.state.value)
                if not begun.done():
                    begun.set_result(task.id)

        async def watch(of):
            async for task, _ in streaming.resubscribe(TaskIdParams(id=of)):
                watching.append(task.status.state.value)

        runner = asyncio.create_task(run())
        of = await asyncio.wait_for(begun, 20)
        watcher = asyncio.create_task(watch(of))
        while not watching:
            await asyncio.sleep(0.01)
        seen["cancel"] = (await streaming.cancel_task(TaskIdParams(id=of))).status.state.value
        await asyncio.wait_for(asyncio.gather(runner, watcher), 20)
        seen["cancelled stream"] = running[-1]
        seen["resubscribed stream"] = watching[-1]
        for name, call in {
            "unknown task": lambda: streaming.get_task(TaskQueryParams(id="nobody")),
            "cancel when over": lambda: streaming.cancel_task(TaskIdParams(id=first.id)),
        }.items():
            try:
                await call()
                seen[name] = "no error"
            except A2AClientJSONRPCError as error:
                seen[name] = error.error.code
    print(json.dumps(seen))


asyncio.run(main())
