// A server that goes while another serves on: idle connections may bring one more request each.
import { expect, it } from 'vitest';
import { listen } from '../../../src/http/listen.ts';
import { openRawConnection } from '../../support/raw-http.ts';

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

it('answers one more request on a kept connection, says that it closes, and takes no new ones', async () => {
  const server = await listen((_req, res) => void res.end('here'), 0, '127.0.0.1');
  const kept = await openRawConnection(server.port);
  const unused = await openRawConnection(server.port);
  for (const connection of [kept, unused]) connection.write(request);
  expect((await kept.settle({ quietMs: 30 })).answers[0]?.header('connection')).toBe('keep-alive');
  await unused.settle({ quietMs: 30 });
  const closed = server.close(5000, 600);
  await expect(openRawConnection(server.port)).rejects.toThrow(/ECONNREFUSED/);
  kept.write(request);
  expect(await kept.closedWithin(2000)).toBe(true);
  const { answers } = await kept.settle();
  expect(answers.map(({ status, header }) => [status, header('connection')])).toEqual([
    [200, 'keep-alive'],
    [200, 'close'],
  ]);
  expect(await unused.closedWithin(0)).toBe(false);
  await closed;
  expect(await unused.closedWithin(200)).toBe(true);
});
