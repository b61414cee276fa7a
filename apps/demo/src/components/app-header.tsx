import type { LineChoice } from '../hooks/use-line.ts'
import type { Theme } from '../hooks/use-theme.ts'
import { type AgentName, agentNames, agentTitles } from '../model/agents.ts'
import { MoonIcon, PanelIcon, SunIcon } from './icons.tsx'
import { LinePicker } from './line-picker.tsx'

export interface AppHeaderProps {
  readonly agent: AgentName
  readonly onAgent: (agent: AgentName) => void
  readonly theme: Theme
  readonly onTheme: (theme: Theme) => void
  readonly inspecting: boolean
  readonly onInspecting: (inspecting: boolean) => void
  readonly choice: LineChoice
}

const nextTheme: Readonly<Record<Theme, Theme>> = { system: 'dark', dark: 'light', light: 'system' }

export function AppHeader({ agent, onAgent, theme, onTheme, inspecting, onInspecting, choice }: AppHeaderProps) {
  return (
    <header className="app-header">
      <h1 className="wordmark">
        <Mark />
        AgentStream
      </h1>
      <fieldset className="segments">
        <legend className="visually-hidden">Agent</legend>
        {agentNames.map((name) => (
          <label key={name}>
            <span>
              <input type="radio" name="agent" value={name} checked={agent === name} onChange={() => onAgent(name)} />
              {agentTitles[name]}
            </span>
          </label>
        ))}
      </fieldset>
      <div className="header-tools">
        <LinePicker line={choice.line} onLine={choice.setLine} isOpening={choice.open === undefined} />
        <button type="button" className="ghost-button" onClick={() => onTheme(nextTheme[theme])} aria-label={`Theme: ${theme}. Switch to ${nextTheme[theme]}`}>
          {theme === 'light' ? <SunIcon /> : theme === 'dark' ? <MoonIcon /> : <HalfMark />}
          <span className="wide-only">{theme}</span>
        </button>
        <button type="button" className="ghost-button" aria-label="Inspector" aria-pressed={inspecting} onClick={() => onInspecting(!inspecting)}>
          <PanelIcon />
          <span>Inspector</span>
        </button>
      </div>
    </header>
  )
}

/** Three events on a line, and the end of the run. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 28 28" aria-hidden="true" focusable="false">
      <path d="M6 4v20" />
      <circle cx="6" cy="7" r="3" />
      <circle cx="6" cy="15" r="3" />
      <path d="M12 7h12M12 15h8M12 23h12" />
      <path className="mark-end" d="m3 22.5 2.4 2.4 4-4.4" />
    </svg>
  )
}

function HalfMark() {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <circle cx="8" cy="8" r="5.5" />
      <path className="solid" d="M8 2.500a5.5 5.5 0 0 1 0 11Z" />
    </svg>
  )
}
