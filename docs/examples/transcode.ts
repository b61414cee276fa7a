import { agUi, autoProtocol, toTransformStream, transcode, uiMessageStream } from '@agentstream/client/wire'
import { createTranscodeHandler } from '@agentstream/edge'

// POST /via/tides: a page built on useChat reads an AG-UI server. The key stays here.
export const serveOthers = (key: string) =>
  createTranscodeHandler({
    basePath: '/via',
    upstreams: {
      tides: { url: 'https://tides.example/agent', from: agUi, to: uiMessageStream, headers: { authorization: `Bearer ${key}` } },
      charts: { url: 'https://charts.example/run', from: autoProtocol(), forward: ['x-trace-id'] },
    },
  })

// The same without a server: bytes in, bytes out.
export const toUseChat = (body: ReadableStream<Uint8Array>) => body.pipeThrough(toTransformStream(transcode({ from: agUi, to: uiMessageStream })))
