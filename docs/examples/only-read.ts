import { createAgentClient } from '@agentstream/client'
import { readAgUi } from '@agentstream/client/wire'

export const tides = createAgentClient({ url: 'https://tides.example/agent', protocol: readAgUi() })
