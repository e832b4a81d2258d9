// A bare Redis connection: no handshake and no commands of its own, so that what it counts is what the app did.
import { connect, type Socket } from 'node:net';

export type RedisReply = string | number | null | readonly RedisReply[] | Error;

interface Parsed {
  readonly reply: RedisReply;
  readonly end: number;
}

const readLine = (data: string, from: number): { text: string; end: number } | null => {
  const at = data.indexOf('\r\n', from);
  return at === -1 ? null : { text: data.slice(from, at), end: at + 2 };
};

/** Reads one RESP2 reply, or null when more bytes are needed. Bytes are kept as latin1, so lengths are byte lengths. */
const parseReply = (data: string, from: number): Parsed | null => {
  const line = readLine(data, from);
  if (line === null) return null;
  const kind = line.text[0];
  const rest = line.text.slice(1);
  if (kind === '+') return { reply: rest, end: line.end };
  if (kind === '-') return { reply: new Error(rest), end: line.end };
  if (kind === ':') return { reply: Number(rest), end: line.end };
  const length = Number(rest);
  if (length < 0) return { reply: null, end: line.end };
  if (kind === '$') {
    const end = line.end + length;
    if (data.length < end + 2) return null;
    return { reply: Buffer.from(data.slice(line.end, end), 'latin1').toString('utf8'), end: end + 2 };
  }
  const items: RedisReply[] = [];
  let end = line.end;
  for (let index = 0; index < length; index += 1) {
    const item = parseReply(data, end);
    if (item === null) return null;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: items, end };
};

const encode = (args: readonly string[]): string =>
  `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;

export interface RedisWire {
  /** True once either side has ended it. */
  readonly isClosed: boolean;
  send(...args: readonly string[]): Promise<RedisReply>;
  close(): void;
}

/**
 * Opens a connection. Replies answer `send` in order; a reply nobody waits for goes to `onPush` (MONITOR's lines).
 */
export const openRedisWire = async (
  port: number,
  onPush?: (reply: RedisReply) => void,
): Promise<RedisWire> => {
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.setNoDelay(true);
  const waiting: { resolve: (reply: RedisReply) => void; reject: (error: Error) => void }[] = [];
  let data = '';
  socket.on('data', (chunk) => {
    data += chunk.toString('latin1');
    for (let parsed = parseReply(data, 0); parsed !== null; parsed = parseReply(data, 0)) {
      data = data.slice(parsed.end);
      const waiter = waiting.shift();
      if (waiter === undefined) onPush?.(parsed.reply);
      else if (parsed.reply instanceof Error) waiter.reject(parsed.reply);
      else waiter.resolve(parsed.reply);
    }
  });
  const fail = (error: Error): void => {
    for (const waiter of waiting.splice(0)) waiter.reject(error);
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the Redis connection closed')));
  return {
    get isClosed() {
      return socket.destroyed;
    },
    send: (...args) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the Redis connection is closed'));
        waiting.push({ resolve, reject });
        socket.write(encode(args));
      }),
    close: () => socket.destroy(),
  };
};
