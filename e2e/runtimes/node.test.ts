import { after, test } from 'node:test'
import { createApp } from './app.ts'
import { cases } from './cases.ts'
import { modelCases } from './model-cases.ts'
import { createModelServer } from './model-server.ts'
import { serve } from './node-server.ts'

const server = await serve(createApp())
const models = await serve(createModelServer())
after(() => {
  server.close()
  models.close()
})

for (const { name, run } of cases) test(`Node: ${name}`, { timeout: 10_000 }, () => run(server))
for (const { name, run } of modelCases) test(`Node: ${name}`, { timeout: 10_000 }, () => run({ ...server, models: models.url }))
