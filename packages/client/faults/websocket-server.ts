/** A WebSocket server written by hand, so that it can do to each connection what no server should. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Line {
  /** One message, cut into as many frames as there are pieces. */
  text(...pieces: (string | Uint8Array)[]): void
  ping(): void
  close(code: number): void
  /** Bytes as they are. */
  raw(bytes: Uint8Array): void
  cut(): void
  ignoreGoodbyes(): void
  /** How many pongs came back, and whether closes are passed over. */
  readonly heard: { pongs: number; isRude: boolean }
}

export type Conduct = (line: Line) => void | Promise<void>

export interface FaultyServer {
  readonly url: string
  /** The first message of every connection. */
  readonly openings: { readonly type: string; readonly after?: string }[]
  readonly lines: Line[]
  close(): void
}

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 }

/** Each connection is treated as the conduct of its number says, the last one for all that follow; `accept` spoils handshakes. */
export async function serveFaults(conducts: readonly Conduct[], accept: (key: string, connection: number) => string = acceptOf): Promise<FaultyServer> {
  const sockets = new Set<Socket>()
  const openings: FaultyServer['openings'] = []
  const lines: Line[] = []
  let connections = 0
  const server = createServer()
  server.on('upgrade', (request, duplex) => {
    const socket = duplex as Socket // that of a plain HTTP server is nothing else
    sockets.add(socket)
    const number = connections++
    const heard = { pongs: 0, isRude: false }
    const line = createLine(socket, heard)
    lines.push(line)
    socket.on('error', () => {})
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept(String(request.headers['sec-websocket-key']), number)}\r\n\r\n`,
    )
    let isOpen = false
    listen(socket, (opcode, payload) => {
      if (opcode === opcodes.pong) heard.pongs++
      // Who answers a close, or says it first, leaves the connection to the server.
      if (opcode === opcodes.close && !heard.isRude) socket.end()
      if (opcode !== opcodes.text || isOpen) return
      isOpen = true
      openings.push(JSON.parse(payload.toString()))
      void (conducts[number] ?? conducts.at(-1))?.(line)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a string only for sockets with a path
    openings,
    lines,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + magic)
    .digest('base64')
}

/** The head of a frame that claims a length, whatever follows. */
export function head(opcode: number, length: number | bigint, isFinal = true): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode
  if (length < 126) return Buffer.from([first, Number(length)])
  const bytes = Buffer.alloc(10)
  bytes[0] = first
  bytes[1] = 127
  bytes.writeBigUInt64BE(BigInt(length), 2)
  return bytes
}

function createLine(socket: Socket, heard: Line['heard']): Line {
  const send = (opcode: number, payload: Uint8Array, isFinal = true): void => void socket.write(Buffer.concat([head(opcode, payload.length, isFinal), payload]))
  return {
    heard,
    text(...pieces) {
      for (const [index, piece] of pieces.entries()) {
        send(index === 0 ? opcodes.text : opcodes.continuation, typeof piece === 'string' ? Buffer.from(piece) : piece, index === pieces.length - 1)
      }
    },
    ping: () => send(opcodes.ping, Buffer.from('?')),
    close: (code) => send(opcodes.close, Buffer.from([code >> 8, code & 255])),
    raw: (bytes) => void socket.write(bytes),
    cut: () => void socket.destroy(),
    ignoreGoodbyes() {
      heard.isRude = true
    },
  }
}

/** Frames of a client: masked, and none of ours is longer than 64 KiB. */
function listen(socket: Socket, take: (opcode: number, payload: Buffer) => void): void {
  let held = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk])
    for (;;) {
      const short = (held[1] ?? 0) & 127
      const start = short === 126 ? 8 : 6
      if (held.length < start) return
      const length = short === 126 ? held.readUInt16BE(2) : short
      if (held.length < start + length) return
      const mask = held.subarray(start - 4, start)
      take((held[0] ?? 0) & 15, Buffer.from(held.subarray(start, start + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0))))
      held = held.subarray(start + length)
    }
  })
}
