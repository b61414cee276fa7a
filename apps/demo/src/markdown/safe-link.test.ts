import { describe, expect, test } from 'vitest'
import { safeLink } from './safe-link.ts'

describe('X2: links that are no links', () => {
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://example.org/1',
    'file:///etc/passwd',
    'intent://scan/#Intent;end',
    'about:blank',
    'view-source:https://example.org',
    '/relative',
    '//example.org/protocol-relative',
    '#anchor',
    '',
    'https://',
    undefined,
  ])('%j leads nowhere', (raw) => {
    expect(safeLink(raw)).toBeUndefined()
  })
})

describe('X4: the target is what the reader sees', () => {
  test('the host, not what stands before it', () => {
    expect(safeLink('https://bank.example@evil.example/login')).toEqual({ href: 'https://evil.example/login', target: 'evil.example' })
    expect(safeLink('https://user:secret@evil.example:8080/')).toEqual({ href: 'https://evil.example:8080/', target: 'evil.example:8080' })
  })
  test('letters of another alphabet show as what they are', () => {
    expect(safeLink('https://аpple.com/')?.target).toBe('xn--pple-43d.com')
  })
  test('a backslash is the slash that browsers make of it', () => {
    expect(safeLink('https:\\\\evil.example\\@bank.example')?.target).toBe('evil.example')
  })
  test('mail goes to the address that is shown', () => {
    expect(safeLink('mailto:someone@example.org?bcc=spy@evil.example')).toEqual({ href: 'mailto:someone@example.org', target: 'someone@example.org' })
  })
})
