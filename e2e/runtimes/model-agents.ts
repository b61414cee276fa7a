// One agent per provider, all of which reach the model server that the task names.
import { type Agent, createLLMAgent, type StreamingProvider } from '@agentstream/edge'
import { aiSdk } from '@agentstream/edge/ai-sdk'
import { anthropic } from '@agentstream/edge/anthropic'
import { ollama } from '@agentstream/edge/ollama'
import { openai } from '@agentstream/edge/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'

const model = 'a-model'
const apiKey = 'sk-secret'

const providers: Readonly<Record<string, (url: string) => StreamingProvider>> = {
  'openai-chat': (url) => openai({ apiKey, model, baseURL: `${url}/openai-chat/v1` }),
  'openai-responses': (url) => openai({ api: 'responses', apiKey, model, baseURL: `${url}/openai-responses/v1` }),
  anthropic: (url) => anthropic({ apiKey, model, baseURL: `${url}/anthropic/v1` }),
  ollama: (url) => ollama({ model, baseURL: `${url}/ollama` }),
  'ai-sdk': (url) => aiSdk(createOpenAICompatible({ name: 'compatible', apiKey, baseURL: `${url}/ai-sdk/v1` })(model)),
}
export const providerNames = Object.keys(providers)

export const modelAgents: Readonly<Record<string, Agent>> = Object.fromEntries(
  Object.entries(providers).map(([name, make]) => [
    name,
    {
      name,
      info: { name, tools: [], supportsStreaming: true },
      run: (task, context) => createLLMAgent({ name, provider: make(String(task.context?.['model_url'])) }).run(task, context),
    },
  ]),
)
