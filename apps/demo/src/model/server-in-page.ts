/** The demo's whole server, in the page: agents, tools, runs, and the model that is no language model. Loaded when somebody wants it. */
import { createDemoHandler } from '../../server/worker.ts'

export const serverInPage = createDemoHandler()
