import { AgentClientProvider } from '@agentstream/react'
import { useState } from 'react'
import { AppHeader } from './components/app-header.tsx'
import { Workspace } from './components/workspace.tsx'
import { useLine } from './hooks/use-line.ts'
import { useTheme } from './hooks/use-theme.ts'
import { type AgentName, agentNames } from './model/agents.ts'
import { openUsual } from './model/demo-client.ts'
import { parseRunAddress } from './model/run-address.ts'

export function App() {
  // A page that is loaded anew goes on with the run that its address names.
  const [found] = useState(() => parseRunAddress(window.location.hash))
  const [agent, setAgent] = useState<AgentName>(found?.agent ?? 'assistant')
  const [theme, setTheme] = useTheme()
  const choice = useLine()
  // Open where it stands beside the conversation, closed where it would cover it.
  const [inspecting, setInspecting] = useState(() => window.matchMedia('(min-width: 68rem)').matches)
  return (
    <div className="app">
      <AppHeader agent={agent} onAgent={setAgent} theme={theme} onTheme={setTheme} inspecting={inspecting} onInspecting={setInspecting} choice={choice} />
      <AgentClientProvider client={(choice.open ?? openUsual).client}>
        {agentNames.map((name) => (
          // All stay, so that switching over and back loses no conversation and stops no run.
          <div key={name} className="workspace-frame" hidden={name !== agent}>
            <Workspace
              agent={name}
              found={found?.agent === name ? found : undefined}
              active={name === agent}
              choice={choice}
              inspecting={inspecting && name === agent}
              onInspecting={setInspecting}
            />
          </div>
        ))}
      </AgentClientProvider>
    </div>
  )
}
