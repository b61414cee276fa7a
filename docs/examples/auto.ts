import { createAgentClient } from '@agentstream/client'
import { autoProtocol, detectProtocol } from '@agentstream/client/wire'

export function clientOf(url: string) {
  return createAgentClient({ url, protocol: autoProtocol() })
}

export async function whoSpeaks(url: string) {
  const { headers, body } = await fetch(url, { method: 'POST' })
  const first = await body?.getReader().read()
  const detected = first?.value && detectProtocol({ headers, bytes: first.value })
  return detected ? `${detected.protocol.name} in ${detected.framing.name}` : 'nobody we know'
}
