/** Every door that a program without a page may open, checked with the types of Node alone: what only a browser names would be an error. */
import { createAgentClient } from '@agentstream/client'

export type * as clientTesting from '@agentstream/client/testing'
export type * as wire from '@agentstream/client/wire'
export type * as edge from '@agentstream/edge'
export type * as aiSdk from '@agentstream/edge/ai-sdk'
export type * as anthropic from '@agentstream/edge/anthropic'
export type * as bun from '@agentstream/edge/bun'
export type * as cloudflare from '@agentstream/edge/cloudflare'
export type * as deno from '@agentstream/edge/deno'
export type * as mcp from '@agentstream/edge/mcp'
export type * as node from '@agentstream/edge/node'
export type * as ollama from '@agentstream/edge/ollama'
export type * as openai from '@agentstream/edge/openai'
export type * as sqlite from '@agentstream/edge/sqlite'
export type * as testing from '@agentstream/edge/testing'

// A type that is missing would be `any` for whoever does not check libraries, and take this.
// @ts-expect-error a number is no headers
createAgentClient({ url: 'https://agents.example', headers: 5 })
