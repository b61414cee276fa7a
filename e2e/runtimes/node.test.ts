import { after, test } from 'node:test'
import { createApp } from './app.ts'
import { cases } from './cases.ts'
import { serve } from './node-server.ts'

const server = await serve(createApp())
after(() => server.close())

for (const { name, run } of cases) test(`Node: ${name}`, { timeout: 10_000 }, () => run(server))
