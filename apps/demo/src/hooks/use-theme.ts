import { useEffect, useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'agentstream.theme'

/** The theme the reader chose, kept for the next visit. `system` follows the device. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(stored)
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
    try {
      localStorage.setItem(key, theme)
    } catch {
      // Storage may be forbidden; then the choice lasts as long as the page.
    }
  }, [theme])
  return [theme, setTheme]
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(key)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system' // See above.
  }
}
