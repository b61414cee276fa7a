import type { Framing, Protocol, TwoWayProtocol } from '@agentstream/client/wire'
import type { AgentHandlerOptions } from '../options.ts'

/** A server that is asked in its own words, and answers in them. */
export interface Upstream {
  /** Where it listens, http or https. Nothing of it can be chosen by a request. */
  readonly url: string | URL
  /** Whose words it speaks; `autoProtocol()` for a server that is not known. */
  readonly from: Protocol
  /** Whose words the answer gets; those of AIECS, which our client reads by itself, unless told. */
  readonly to?: TwoWayProtocol
  /** How the answer is cut; as `to` prefers unless told. */
  readonly framing?: Framing
  /** Sent with every request; a key belongs here. Asked again for each, so that tokens can rotate. They win over what is forwarded. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)
  /** Headers of the request that go on to the upstream. None unless told: neither cookies nor who somebody is are its business. */
  readonly forward?: readonly string[]
}

/** Which servers are read, into whose words, and within which limits. */
export interface TranscodeHandlerOptions extends Pick<AgentHandlerOptions, 'basePath' | 'authorize' | 'cors' | 'maxBodyBytes' | 'bodyTimeoutMs' | 'onError'> {
  /** By the name they have in addresses: `POST <basePath>/<name>`. Nothing else can be reached. */
  readonly upstreams: Readonly<Record<string, Upstream>>
  /** Longest answer of an upstream; 64 MiB unless told. */
  readonly maxAnswerBytes?: number
  /** Longest silence of an upstream, also before its first byte; 60 seconds unless told. */
  readonly idleTimeoutMs?: number
  readonly fetch?: typeof globalThis.fetch
}
