/** What is used of Deno KV’s entries. */
export interface KvEntry {
  readonly key: readonly unknown[]
  readonly value: unknown
  readonly versionstamp: string | null
}

/** What is asked of a store: `Deno.Kv` fits as it is. */
export interface KvStore {
  get(key: (string | number)[]): Promise<KvEntry>
  list(selector: { prefix: (string | number)[]; start?: (string | number)[] }, options?: { batchSize?: number }): AsyncIterable<KvEntry>
  watch(keys: (string | number)[][]): ReadableStream<unknown[]>
  atomic(): KvAtomic
}
/** What is used of Deno KV’s atomic operation. */
export interface KvAtomic {
  check(...checks: { key: (string | number)[]; versionstamp: string | null }[]): KvAtomic
  set(key: (string | number)[], value: unknown, options?: { expireIn?: number }): KvAtomic
  delete(key: (string | number)[]): KvAtomic
  commit(): Promise<{ readonly ok: boolean }>
}
