// Speaks HTTP byte by byte, for requests that no decent client would send.
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

export interface RawAnswer {
  readonly status: number;
  /** In order and as sent, so that a doubled header is seen twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  header(name: string): string | null;
}

export interface RawExchange {
  /** Everything the server said; may hold several answers (request smuggling). */
  readonly text: string;
  readonly answers: readonly RawAnswer[];
  /** Whether the server ended the connection, rather than this client giving up. */
  readonly closedByServer: boolean;
  readonly milliseconds: number;
}

const toAnswer = (head: string, body: string): RawAnswer => {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    body,
    header: (name) => headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? null,
  };
};

/** Splits at status lines: bodies in these tests never hold one. */
const parseAnswers = (text: string): RawAnswer[] =>
  text
    .split(/(?=HTTP\/1\.[01] \d{3})/)
    .filter((part) => part.startsWith('HTTP/'))
    .map((part) => {
      const end = part.indexOf('\r\n\r\n');
      return end === -1 ? toAnswer(part, '') : toAnswer(part.slice(0, end), part.slice(end + 4));
    });

export interface RawConnection {
  write(data: string | Buffer): void;
  /** Ends our side; the server may still answer. */
  end(): void;
  /** Waits until the server is silent for `quietMs`, closes, or `timeoutMs` is over. */
  settle(options?: { readonly quietMs?: number; readonly timeoutMs?: number }): Promise<RawExchange>;
  /** Waits for the server to close; false when it did not within the time. */
  closedWithin(timeoutMs: number): Promise<boolean>;
  destroy(): void;
}

/** Opens a connection for a slow or interrupted request (slowloris, half bodies, pipelining). */
export const openRawConnection = async (
  port: number,
  host = '127.0.0.1',
  isTls = false,
): Promise<RawConnection> => {
  const socket = isTls
    ? connectTls({ port, host, rejectUnauthorized: false })
    : connect({ port, host, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once(isTls ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  const startedAt = performance.now();
  const chunks: Buffer[] = [];
  let lastByteAt = startedAt;
  let isClosed = false;
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    lastByteAt = performance.now();
  });
  const close = (): void => {
    isClosed = true;
  };
  socket.on('end', close);
  socket.on('close', close);
  // A reset is one of the answers these tests are after.
  socket.on('error', close);
  return {
    write: (data) => void socket.write(data),
    end: () => void socket.end(),
    async settle({ quietMs = 150, timeoutMs = 5000 } = {}) {
      const deadline = performance.now() + timeoutMs;
      const isQuiet = (): boolean => chunks.length > 0 && performance.now() - lastByteAt > quietMs;
      while (!isClosed && !isQuiet() && performance.now() < deadline) await wait(5);
      const text = Buffer.concat(chunks).toString('latin1');
      const milliseconds = performance.now() - startedAt;
      return { text, answers: parseAnswers(text), closedByServer: isClosed, milliseconds };
    },
    async closedWithin(timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      while (!isClosed && performance.now() < deadline) await wait(5);
      return isClosed;
    },
    destroy: () => void socket.destroy(),
  };
};

/** Sends these bytes and returns what came back. */
export const rawRequest = async (
  port: number,
  payload: string | Buffer,
  options: {
    readonly host?: string;
    readonly isTls?: boolean;
    readonly quietMs?: number;
    readonly timeoutMs?: number;
  } = {},
): Promise<RawExchange> => {
  const connection = await openRawConnection(port, options.host, options.isTls);
  connection.write(payload);
  const exchange = await connection.settle(options);
  connection.destroy();
  return exchange;
};

/** Joins lines with CRLF and ends the head, for requests written by hand. */
export const requestText = (lines: readonly string[], body = ''): string =>
  `${lines.join('\r\n')}\r\n\r\n${body}`;
