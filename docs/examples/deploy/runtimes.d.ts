// What the examples use of Deno. Its own types would also change what `fetch` and `Request` are for every other file.
declare const Deno: {
  readonly env: { get(name: string): string | undefined }
  openKv(): Promise<import('@agentstream/edge/deno').KvStore>
  serve(options: { port: number }, handler: (request: Request) => Promise<Response>): { shutdown(): Promise<void> }
  addSignalListener(signal: 'SIGTERM', listener: () => void): void
  exit(): never
}
