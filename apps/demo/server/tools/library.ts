/** The project's own documents, as they stand in the repository, with a search index over them. */
import MiniSearch from 'minisearch'
import { commentPassages, excerptOf, markdownPassages, type Passage } from './documents.ts'

const pages: Readonly<Record<string, string>> = import.meta.glob(['../../../../README.md', '../../../../docs/*.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
})
const sources: Readonly<Record<string, string>> = import.meta.glob(
  ['../../../../packages/*/src/**/*.ts', '../../../../packages/*/src/**/*.tsx', '!../../../../packages/**/*.test.*', '!../../../../packages/**/*.test-d.ts'],
  { query: '?raw', import: 'default', eager: true },
)

export interface Hit {
  readonly title: string
  readonly page: string
  readonly excerpt: string
  readonly score: number
}

export interface Library {
  readonly passageCount: number
  /** Names of the written pages, without the sources. */
  readonly pageNames: readonly string[]
  search(query: string, limit: number): readonly Hit[]
  page(name: string): string | undefined
}

const relative = (path: string) => path.replace(/^(?:\.\.\/)+/, '')

/** Rough stems, so that “cancelling” finds “cancel”: good enough for a few hundred passages of English. */
export function stem(term: string): string {
  const bare = term.toLowerCase().replace(/(?:ations?|ing|ed|es|s|e)$/, '')
  const undoubled = bare.replace(/([b-df-hj-np-tv-z])\1$/, '$1')
  return undoubled.length > 2 ? undoubled : term.toLowerCase()
}

export function createLibrary(passages: readonly Passage[], written: Readonly<Record<string, string>>): Library {
  const index = new MiniSearch<Passage>({
    fields: ['title', 'text'],
    storeFields: ['title', 'page', 'text'],
    processTerm: stem,
    searchOptions: { boost: { title: 2 }, prefix: true, fuzzy: 0.15 },
  })
  index.addAll(passages)
  const known = new Map(Object.entries(written))
  return {
    passageCount: passages.length,
    pageNames: [...known.keys()],
    search(query, limit) {
      const words = query.split(/\s+/).map(stem)
      return index
        .search(query, { combineWith: 'OR' })
        .slice(0, limit)
        .map(({ score, title, page, text }) => ({
          title: String(title),
          page: String(page),
          excerpt: excerptOf(String(text), words),
          score: Math.round(score * 10) / 10,
        }))
    },
    page(name) {
      const wanted = name.toLowerCase()
      return [...known].find(([path]) =>
        [path, path.replace(/^docs\//, ''), path.replace(/^docs\/|\.md$/g, '')].some((form) => form.toLowerCase() === wanted),
      )?.[1]
    },
  }
}

let shared: Library | undefined

/** The library of this repository; indexed when first asked for. */
export function ownLibrary(): Library {
  if (shared) return shared
  const written = Object.fromEntries(Object.entries(pages).map(([path, text]) => [relative(path), text]))
  const passages = [
    ...Object.entries(written).flatMap(([path, text]) => markdownPassages(path, text)),
    ...Object.entries(sources).flatMap(([path, text]) => commentPassages(relative(path), text)),
  ]
  shared = createLibrary(passages, written)
  return shared
}
