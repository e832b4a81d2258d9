// The limit: node:http and one GET to Redis per request, nothing else.
import { createServer } from 'node:http';
import { createClient } from 'redis';
import { readConfig } from './config.ts';
import { page } from './page.ts';

const { port, redisUrl } = readConfig();
// The client's own timer per command costs more than the command.
const client = createClient({ url: redisUrl, commandOptions: { timeout: 0 } });
await client.connect();
// As long as latchkey's record of a person.
await client.set('raw', 'x'.repeat(1000));

createServer(async (_request, response) => {
  const record = await client.get('raw');
  const body = page(record === null ? 'nobody' : 'Ada Lovelace');
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}).listen(port, '127.0.0.1');
