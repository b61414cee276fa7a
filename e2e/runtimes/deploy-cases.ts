// What a deployment with a durable journal must keep, wherever it runs.
import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { type AgentClient, createAgentClient, selectToolCalls } from '@agentstream/client'
import { openBench } from './deploy-bench.ts'
import type { Deployment } from './deployment.ts'
import { resumeCases } from './resume-cases.ts'

const clientOf = (url: string): AgentClient => createAgentClient({ url: `${url}/api` })

/** One deployment for all: it takes longer to start than to test. */
export async function deployCases(name: string, deploy: (bench: string) => Promise<Deployment>): Promise<void> {
  const bench = await openBench()
  const deployment = await deploy(bench.url)
  after(async () => {
    await deployment.stop()
    bench.close()
  })
  const deployed = (title: string, body: (context: TestContext) => Promise<void>, timeoutMs = 30_000) =>
    test(`${name}: ${title}`, { timeout: timeoutMs }, async (context) => {
      bench.shut()
      await body(context)
    })

  const { contract, terminate } = deployment
  if (contract)
    deployed('all contracts hold on the real thing', async () => {
      const results = await contract()
      assert.ok(results.length >= 30)
      assert.deepEqual(
        results.filter(([, how]) => how !== 'passed'),
        [],
      )
    })

  deployed('S19 a run that was killed in the middle of its answer goes on after the restart: exactly right, verified, no tool twice', async () => {
    const before = clientOf(deployment.urls[0]).run('add')
    // What was seen was stored: the tool's result too.
    for await (const event of before) if (event.type === 'token' && event.content === 'is ') break
    await bench.waiting()
    await deployment.restart()
    bench.open()
    const { status, text, output, state } = await clientOf(deployment.urls[1]).attach(before.id).result()
    before.detach()
    assert.deepEqual(
      { status, text, output, integrity: state.integrity, calls: selectToolCalls(state).map((call) => [call.status, call.result]) },
      { status: 'completed', text: 'I add.It is 42.', output: 'It is 42.', integrity: 'verified', calls: [['done', 42]] },
    )
    assert.equal(bench.ran(), 1)
  })

  deployed('S19 a conversation goes on after its server was killed, at another one', async () => {
    const sessionId = crypto.randomUUID()
    const say = async (description: string, url: string) =>
      (
        await createAgentClient({ url: `${url}/api` })
          .run({ description, sessionId }, { agent: 'listener' })
          .result()
      ).text
    assert.equal(await say('one', deployment.urls[0]), 'one')
    assert.equal(await say('two', deployment.urls[1]), 'one, two')
    await deployment.restart()
    assert.equal(await say('three', deployment.urls[1]), 'one, two, three')
  })

  deployed('S17 whoever watches elsewhere sees the same, live', async () => {
    const run = clientOf(deployment.urls[0]).run('add')
    await bench.waiting()
    const watching = clientOf(deployment.urls[1]).attach(run.id)
    for await (const event of watching) if (event.type === 'token' && event.content === 'is ') break
    bench.open()
    const [here, there] = await Promise.all([run.result(), watching.result()])
    assert.deepEqual([here.status, here.text, here.state.integrity], ['completed', 'I add.It is 42.', 'verified'])
    assert.deepEqual([there.status, there.text, there.state.integrity], ['completed', 'I add.It is 42.', 'verified'])
  })

  deployed('S2 a run is cancelled from where it does not work, within a second', async () => {
    const run = clientOf(deployment.urls[0]).run('add')
    await bench.waiting()
    const asked = performance.now()
    assert.deepEqual(await clientOf(deployment.urls[1]).cancel(run.id), { outcome: 'cancelled' })
    const took = performance.now() - asked
    assert.equal((await run.result()).status, 'cancelled')
    assert.ok(took < 1_000, `took ${took} ms`)
  })

  if (terminate) {
    deployed('S26 a server that is told to end hands its run over, and the reader is told all of it: exactly right, verified, no tool twice', async () => {
      const before = clientOf(deployment.urls[0]).run('add')
      await bench.waiting()
      const watching = clientOf(deployment.urls[1]).attach(before.id)
      const code = await terminate()
      bench.open()
      const { status, text, output, state } = await watching.result()
      before.detach()
      assert.deepEqual(
        { code, status, text, output, integrity: state.integrity, ran: bench.ran() },
        { code: 0, status: 'completed', text: 'I add.It is 42.', output: 'It is 42.', integrity: 'verified', ran: 1 },
      )
    })

    deployed('S26 a server that is told to end lets a run end first that ends in time', async () => {
      const run = clientOf(deployment.urls[0]).run('add')
      await bench.waiting()
      const ended = terminate()
      bench.open()
      const { status, state } = await run.result()
      assert.deepEqual([await ended, status, state.integrity, state.counts.restarts], [0, 'completed', 'verified', 0])
    })
  }

  resumeCases((title, body) => deployed(title, body, 36e5), deployment)
}
