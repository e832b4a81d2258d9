// Handshakes whose sockets are gone before they are judged: nothing may wait for them for ever.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startLibraryWorld } from '../support/app-world.ts';
import { openRawConnection } from '../support/raw-http.ts';

it('WB: a socket that died while the app looked something up is nobody, and is not waited for', async () => {
  await using world = await startLibraryWorld(() => {});
  const guard = world.auth.upgrade();
  const judged = Promise.withResolvers<unknown>();
  const server = createServer().on('upgrade', async (req, socket) => {
    socket.destroy();
    await new Promise((resolve) => socket.once('close', resolve));
    judged.resolve(await Promise.race([guard(req, socket), wait(2000, 'still waiting')]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const connection = await openRawConnection((server.address() as AddressInfo).port);
  connection.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(await judged.promise).toBeNull();
  connection.destroy();
  await new Promise((resolve) => server.close(resolve));
});
