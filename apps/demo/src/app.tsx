import { useState } from 'react'
import { AppHeader } from './components/app-header.tsx'
import { Workspace } from './components/workspace.tsx'
import { useTheme } from './hooks/use-theme.ts'
import { type AgentName, agentNames } from './model/agents.ts'

export function App() {
  const [agent, setAgent] = useState<AgentName>('assistant')
  const [theme, setTheme] = useTheme()
  // Open where it stands beside the conversation, closed where it would cover it.
  const [inspecting, setInspecting] = useState(() => window.matchMedia('(min-width: 68rem)').matches)
  return (
    <div className="app">
      <AppHeader agent={agent} onAgent={setAgent} theme={theme} onTheme={setTheme} inspecting={inspecting} onInspecting={setInspecting} />
      {agentNames.map((name) => (
        // All stay, so that switching over and back loses no conversation and stops no run.
        <div key={name} className="workspace-frame" hidden={name !== agent}>
          <Workspace agent={name} active={name === agent} inspecting={inspecting && name === agent} onInspecting={setInspecting} />
        </div>
      ))}
    </div>
  )
}
