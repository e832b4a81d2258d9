// Redis behind Sentinel: asks where the master is before each connection, and hears of a fail-over as it happens.
import { keepLink, type OpenConnection, type RedisCommands, type RedisLink } from './redis-link.ts';
import { openServer, type RedisTls } from './redis-server.ts';
import type { RedisAddress, RedisNode } from './redis-url.ts';

const sameNode = (one: RedisNode, other: RedisNode): boolean =>
  one.host === other.host && one.port === other.port;

/** Keeps a connection to whichever server is the master. */
export function linkThroughSentinel(
  address: RedisAddress,
  tls: RedisTls,
  report: (error: unknown) => void,
): RedisLink {
  const { masterName: name, login, database } = address;
  // The one that answered last stands first; those that it knows of join the list.
  let sentinels: readonly RedisNode[] = address.nodes;
  let followed: RedisNode | null = null;
  const openSentinel = (node: RedisNode, lost: (error: Error) => void, signal: AbortSignal) =>
    openServer({ node, login: address.sentinelLogin, tls }, lost, signal);

  /** The first sentinel that answers decides. */
  const findMaster = async (signal: AbortSignal): Promise<RedisNode> => {
    const failures: unknown[] = [];
    for (const node of sentinels) {
      if (signal.aborted) break;
      try {
        // A sentinel that does not answer in time must leave time for the next one.
        const limit = AbortSignal.any([signal, AbortSignal.timeout(600)]);
        const sentinel = await openSentinel(node, () => {}, limit);
        limit.addEventListener('abort', sentinel.destroy, { once: true });
        try {
          const master = nodeOf(
            await sentinel.client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]),
          );
          if (master === null) throw new Error('the sentinel knows no master of this name');
          const others = await sentinel.client.sendCommand(['SENTINEL', 'SENTINELS', name]);
          const known = [node, ...knownSentinels(others), ...sentinels, ...address.nodes];
          sentinels = known.filter((one, index) => known.findIndex((each) => sameNode(each, one)) === index);
          return master;
        } finally {
          sentinel.destroy();
        }
      } catch (error) {
        failures.push(error);
      }
    }
    throw new AggregateError(
      failures,
      `no sentinel says where the master is: ${failures.map(String).join('; ')}`,
    );
  };

  const master = keepLink(async (lost, signal): Promise<OpenConnection<RedisCommands>> => {
    const node = await findMaster(signal);
    const server = await openServer({ node, login, tls, database }, lost, signal);
    // A server that hangs from here on must not keep its connection.
    signal.addEventListener('abort', server.destroy, { once: true });
    const role = await server.client.sendCommand(['ROLE']);
    signal.removeEventListener('abort', server.destroy);
    if (!Array.isArray(role) || role[0] !== 'master') {
      server.destroy();
      throw new Error('the sentinel names a server that is not the master yet');
    }
    followed = node;
    return server as OpenConnection<RedisCommands>;
  }, report);

  // Beside it: a connection to a sentinel that says when the master changes. An old master that hangs or is cut
  // off keeps its connections open, so nothing else would tell.
  let next = 0;
  const watch = keepLink(async (lost, signal) => {
    const node = sentinels[next % sentinels.length] as RedisNode;
    next += 1;
    const sentinel = await openSentinel(node, lost, signal);
    signal.addEventListener('abort', sentinel.destroy, { once: true });
    await sentinel.client.subscribe('+switch-master', (message: string) => {
      const [changed, , , host = '', port = ''] = message.split(' ');
      const isNew = followed === null || !sameNode(followed, { host, port: Number(port) });
      if (changed === name && isNew) master.renew();
    });
    signal.removeEventListener('abort', sentinel.destroy);
    return sentinel;
  }, report);

  return {
    get client() {
      return master.client;
    },
    get downSince() {
      return master.downSince;
    },
    tried: master.tried,
    suspect: (client) => master.suspect(client),
    async close() {
      await Promise.all([master.close(), watch.close()]);
    },
  };
}

function nodeOf(reply: unknown): RedisNode | null {
  if (!Array.isArray(reply)) return null;
  return { host: String(reply[0]), port: Number(reply[1]) };
}

/** Each is a map in RESP3 and a flat list in RESP2. */
function knownSentinels(reply: unknown): RedisNode[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((entry: unknown) => {
    const fields = Array.isArray(entry)
      ? entry
      : entry instanceof Map
        ? [...entry].flat()
        : Object.entries(entry ?? {}).flat();
    const field = (wanted: string) => fields[fields.indexOf(wanted) + 1];
    const port = Number(field('port'));
    return fields.includes('ip') && port > 0 ? [{ host: String(field('ip')), port }] : [];
  });
}
