import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

const nearPixels = 48

export interface StickToBottom {
  readonly box: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  readonly isAtBottom: boolean
  toBottom(): void
}

/** Once asked to the bottom, follows a growing content until the reader scrolls up; then it leaves the page where it is. */
export function useStickToBottom(): StickToBottom {
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const follows = useRef(false)
  const [isAtBottom, setIsAtBottom] = useState(true)

  const toBottom = useCallback(() => {
    follows.current = true
    setIsAtBottom(true)
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }, [])

  useEffect(() => {
    const element = box.current
    const inner = content.current
    if (!element || !inner) return
    let lastTop = element.scrollTop
    let lastHeight = element.scrollHeight
    const onScroll = () => {
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < nearPixels
      // Growing content moves nothing by itself: only a reader scrolls up.
      if (near && element.scrollTop > lastTop) follows.current = true
      // Nor does it where content went away and the browser had to move up with it.
      else if (element.scrollTop < lastTop && element.scrollHeight >= lastHeight) follows.current = false
      lastTop = element.scrollTop
      lastHeight = element.scrollHeight
      setIsAtBottom(near || follows.current)
    }
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight
      else setIsAtBottom(element.scrollHeight - element.scrollTop - element.clientHeight < nearPixels)
    })
    observer.observe(inner)
    observer.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [])

  return { box, content, isAtBottom, toBottom }
}
