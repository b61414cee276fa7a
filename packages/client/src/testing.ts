/** Fakes for people's own tests: runs without a server, and servers without a network. */
export { type FaultOptions, type Faults, faults, faultyFetch } from './testing/faults.ts'
export { type MockStreamOptions, mockStream } from './testing/mock-stream.ts'
export { type ScriptedResponse, scriptedClient, scriptedFetch, scriptedRun } from './testing/scripted.ts'
