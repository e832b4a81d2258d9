// Redis Cluster: finds its nodes, follows slots that move, and starts over where it has lost its way.
import { setTimeout as wait } from 'node:timers/promises';
import { createCluster } from 'redis';
import { createDeadline } from './deadline.ts';
import { closeMs, pauseBefore, type RedisCommands, type RedisLink } from './redis-link.ts';
import type { RedisTls } from './redis-server.ts';
import type { RedisAddress, RedisNode } from './redis-url.ts';

/** The client finds most changes by itself. Where it has not after this many milliseconds, it starts over. */
const lostMs = 3000;

type Cluster = ReturnType<typeof clusterFor>;

function clusterFor(nodes: readonly RedisNode[], { login }: RedisAddress, tls: RedisTls) {
  return createCluster({
    rootNodes: nodes.map(({ host, port }) => ({ socket: { host, port } })),
    defaults: {
      ...login,
      disableOfflineQueue: true,
      // A node that hangs keeps its connection open. The pings let the silence be noticed.
      pingInterval: 1000,
      socket: { ...tls, connectTimeout: 2000, socketTimeout: 3000, reconnectStrategy: pauseBefore },
    },
    commandOptions: { timeout: 0 },
    // Each node is connected to when it is needed: one that is away must not keep the others from being used.
    minimizeConnections: true,
    topologyRefreshOnReconnectionAttemptStrategy: 200,
  });
}

/** Keeps connections to the nodes of a cluster. */
export function linkToCluster(
  address: RedisAddress,
  tls: RedisTls,
  report: (error: unknown) => void,
): RedisLink {
  const within = createDeadline(4000);
  const closeWithin = createDeadline(closeMs);
  const closing = new AbortController();
  const { promise: tried, resolve: hasTried } = Promise.withResolvers<void>();
  const troubles = new Map<string, number>();
  let current: Cluster | null = null;
  let downSince: number | null = performance.now();
  let isOpening = false;
  let openedAt = 0;

  const watch = (cluster: Cluster) => {
    cluster.on('error', report);
    cluster.on('node-error', (error: Error, { host, port }: RedisNode) => {
      if (cluster !== current) return;
      const name = `${host}:${port}`;
      if (!troubles.has(name)) troubles.set(name, performance.now());
      report(error);
      // Commands wait for a first connection without end; the next command may try again.
      const node = cluster.nodeByAddress.get(name);
      if (node?.connectPromise !== undefined) node.client?.destroy();
    });
    cluster.on('node-ready', ({ host, port }: RedisNode) => {
      if (cluster === current) troubles.delete(`${host}:${port}`);
    });
    // A node that left the cluster is let go of right after this is said.
    cluster.on('node-disconnect', () => queueMicrotask(() => void (cluster === current && forget(cluster))));
  };
  const forget = (cluster: Cluster) => {
    for (const name of troubles.keys()) if (!cluster.nodeByAddress.has(name)) troubles.delete(name);
  };
  const letGo = (cluster: Cluster) => closeWithin(cluster.close()).catch(() => cluster.destroy());

  /** Opens a cluster anew, from the nodes of the URL and those that were known last, and then lets go of the old. */
  const openAnew = async () => {
    for (let count = 0; !closing.signal.aborted; count += 1) {
      const known = [...address.nodes, ...(current?.masters ?? []).map(({ host, port }) => ({ host, port }))];
      const cluster = clusterFor(known, address, tls);
      watch(cluster);
      try {
        await within(cluster.connect());
        if (closing.signal.aborted) throw new Error('closed meanwhile');
        const last = current;
        current = cluster;
        downSince = null;
        openedAt = performance.now();
        forget(cluster);
        if (last !== null) void letGo(last);
        return;
      } catch (error) {
        cluster.destroy();
        if (!closing.signal.aborted) report(error);
      } finally {
        hasTried();
      }
      await wait(pauseBefore(count), undefined, { ref: false, signal: closing.signal }).catch(() => {});
    }
  };
  const renew = () => {
    if (isOpening) return;
    isOpening = true;
    void openAnew().finally(() => {
      isOpening = false;
    });
  };
  renew();

  return {
    get client() {
      return current as RedisCommands | null;
    },
    get downSince() {
      return downSince ?? (troubles.size === 0 ? null : Math.min(...troubles.values()));
    },
    tried,
    suspect(client) {
      if (client === current && current !== null && performance.now() - openedAt > lostMs) renew();
    },
    async close() {
      closing.abort();
      hasTried();
      const last = current;
      current = null;
      if (last !== null) await letGo(last);
    },
  };
}
