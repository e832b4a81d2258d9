// The raw HTTP client and the attacker's listener show exactly what went over the wire.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { startAttackerServer } from '../support/attacker-server.ts';
import { openRawConnection, rawRequest, requestText } from '../support/raw-http.ts';

it('shows doubled headers, two answers on one connection, and a server that hangs up', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, [...['Set-Cookie', 'a=1'], ...['Set-Cookie', 'b=2']]).end('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const get = requestText(['GET / HTTP/1.1', 'Host: localhost']);
  const { answers, closedByServer } = await rawRequest(port, get + get);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers[0]?.headers.filter(([name]) => name === 'Set-Cookie')).toHaveLength(2);
  expect(answers[0]?.body).toContain('hello');
  expect(closedByServer).toBe(false);
  const smuggled = ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 3', 'Transfer-Encoding: chunked'];
  const refused = await rawRequest(port, requestText(smuggled, '0\r\n\r\n'));
  expect(refused.answers[0]?.status).toBe(400);
  expect(refused.closedByServer).toBe(true);
  server.closeAllConnections();
  server.close();
});

it('records a connection that never becomes a request', async () => {
  await using attacker = await startAttackerServer();
  const connection = await openRawConnection(attacker.port);
  connection.write('GET / HT');
  expect(await connection.closedWithin(50)).toBe(false);
  connection.destroy();
  expect(attacker.connections).toBe(1);
  expect(attacker.hits).toEqual([]);
});
