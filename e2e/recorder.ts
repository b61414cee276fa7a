/** Runs in the page: notes every text an element shows, as it changes, so that no state is missed however slow the watcher. */

/** A script that starts noting the texts of the last element a selector finds. */
export function startRecording(selector: string): string {
  return `
    window.recorded = []
    const look = () => {
      const found = document.querySelectorAll(${JSON.stringify(selector)})
      const text = found.length ? found[found.length - 1].textContent : ''
      if (text && text !== window.recorded.at(-1)) window.recorded.push(text)
    }
    new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true })
    look()
  `
}

/** An expression for the texts noted so far. */
export const recorded = 'window.recorded'
