// Where a request comes from when proxies stand in front of the local provider: by TRUST_PROXY, as Express does it.
import type { IncomingMessage } from 'node:http';
import proxyAddress from 'proxy-addr';

/** Makes the function that tells. Null: no proxy is trusted, so it is the other end of the connection. */
export function forwardedAddress(
  trustProxy: number | readonly string[] | null,
): (req: IncomingMessage) => string {
  if (trustProxy === null) return (req) => req.socket.remoteAddress ?? '';
  const trust =
    typeof trustProxy === 'number'
      ? (_address: string, hop: number) => hop < trustProxy
      : proxyAddress.compile([...trustProxy]);
  return (req) => proxyAddress(req, trust);
}
