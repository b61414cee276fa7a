/** Fakes for people's own tests: runs without a server, and servers without a network. */
export { type ScriptedResponse, scriptedFetch, scriptedRun } from './testing/scripted.ts'
