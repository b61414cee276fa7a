/** Markdown that is still being written: finished blocks are rendered once and never again, only the tail is. */
import { memo, useState } from 'react'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'
import remend from 'remend'
import { CodeBlock, elements } from './elements.tsx'
import { safeLink } from './safe-link.ts'
import { createBlockSplitter, groupSize } from './split-blocks.ts'

/** A block longer than this is shown as it is written: parsing it in every frame would cost more than it gives. */
const longestParsedBlock = 20_000
const plugins = [remarkGfm]
// Raw HTML reaches the page as text, and a tag that is half written may show as one; everything else is closed for display.
const closing = { linkMode: 'text-only', htmlTags: false } as const

export function StreamingMarkdown({ text, open }: { text: string; open: boolean }) {
  const [splitter] = useState(createBlockSplitter)
  const { groups, tail, fenced } = splitter.update(text)
  return (
    <div className="md" data-open={open}>
      {groups.map((blocks, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups are only ever appended.
        <Group key={position} blocks={blocks} />
      ))}
      {tail.trim() === '' ? null : open ? <Tail source={tail} fenced={fenced} /> : <Block source={tail} />}
    </div>
  )
}

const Group = memo(function Group({ blocks }: { blocks: readonly string[] }) {
  return (
    <div className="md-group" data-full={blocks.length === groupSize}>
      {blocks.map((source, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever appended.
        <Block key={position} source={source} />
      ))}
    </div>
  )
})

function Tail({ source, fenced }: { source: string; fenced: boolean }) {
  const opened = fenced ? /^(?:`{3,}|~{3,})([^\n`]*)\n/.exec(source) : null
  if (opened) return <CodeBlock language={opened[1]?.trim().split(/\s/)[0] || undefined} code={source.slice(opened[0].length)} />
  return <Block source={source.length > longestParsedBlock ? source : remend(source, closing)} />
}

const Block = memo(function Block({ source }: { source: string }) {
  if (source.length > longestParsedBlock) return <p className="md-plain">{source}</p>
  return (
    <Markdown remarkPlugins={plugins} components={elements} urlTransform={(url) => safeLink(url)?.href ?? ''}>
      {source}
    </Markdown>
  )
})
