/** How Markdown elements look here. Model output is untrusted: links show where they lead, and nothing is ever loaded. */
import { isValidElement, type ReactNode } from 'react'
import type { Components } from 'react-markdown'
import { CopyButton } from '../components/copy-button.tsx'
import { CheckIcon, ImageIcon } from '../components/icons.tsx'
import { ScrollBox } from '../components/scroll-box.tsx'
import { safeLink } from './safe-link.ts'

export const elements: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <ImageNote source={typeof src === 'string' ? src : undefined} description={alt ?? ''} />,
  // The page has headings of its own, down to the rounds of a run; a message may not outrank them.
  h1: ({ children }) => <h4 className="md-h1">{children}</h4>,
  h2: ({ children }) => <h4 className="md-h2">{children}</h4>,
  h3: ({ children }) => <h5 className="md-h3">{children}</h5>,
  h4: ({ children }) => <h6 className="md-h3">{children}</h6>,
  h5: ({ children }) => <h6 className="md-h3">{children}</h6>,
  h6: ({ children }) => <h6 className="md-h3">{children}</h6>,
  pre: ({ children }) => <Fence>{children}</Fence>,
  table: ({ children }) => (
    <ScrollBox className="md-scroll" label="Table">
      <table>{children}</table>
    </ScrollBox>
  ),
  input: ({ checked }) => (
    <span className="md-task" role="img" aria-label={checked ? 'done' : 'open'}>
      {checked ? <CheckIcon /> : null}
    </span>
  ),
}

function Link({ href, children }: { href: string | undefined; children?: ReactNode }) {
  const link = safeLink(href)
  if (!link) return <span className="md-dead-link">{children}</span>
  const text = textOf(children)
  const showsTarget = text === link.href || text === link.target || `${text}/` === link.href
  return (
    <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" referrerPolicy="no-referrer">
      <bdi>{children}</bdi>
      {showsTarget ? null : <span className="md-target"> ({link.target})</span>}
    </a>
  )
}

/** An image of an unknown host would tell that host who reads this, so it is described and not loaded. */
function ImageNote({ source, description }: { source: string | undefined; description: string }) {
  const link = safeLink(source)
  const label = description === '' ? 'Image, not loaded' : `Image, not loaded: ${description}`
  return (
    <span className="md-image">
      <ImageIcon /> {link ? <Link href={link.href}>{label}</Link> : label}
    </span>
  )
}

function Fence({ children }: { children?: ReactNode }) {
  const props: { className?: unknown; children?: ReactNode } = isValidElement<Record<string, ReactNode>>(children) ? children.props : {}
  const language = /language-([\w+#.-]+)/.exec(String(props.className ?? ''))?.[1]
  return <CodeBlock language={language} code={textOf(props.children).replace(/\n$/, '')} />
}

export function CodeBlock({ language, code }: { language: string | undefined; code: string }) {
  return (
    <div className="md-code">
      <div className="md-code-bar">
        <span>{language ?? 'text'}</span>
        <CopyButton text={code} what="code" />
      </div>
      <ScrollBox className="md-scroll" label={language === undefined ? 'Code' : `Code, ${language}`}>
        <pre>
          <code>{code}</code>
        </pre>
      </ScrollBox>
    </div>
  )
}

function textOf(node: ReactNode): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node)
  if (Array.isArray(node)) return node.map(textOf).join('')
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : ''
}
