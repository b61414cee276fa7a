import type { EventOf } from './vocabulary.ts'

/** What a call is called by its model, and by readers who know no operations. */
export const wholeName = ({ tool_name: name, operation }: Pick<EventOf<'tool_call'>, 'tool_name' | 'operation'>): string =>
  operation ? `${name}_${operation}` : name

/** The first of these, in the order they came. */
export function firstOf<T>(all: Iterable<T>, test: (one: T) => boolean): T | undefined {
  for (const one of all) if (test(one)) return one
  return undefined
}
