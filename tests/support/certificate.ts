// Makes self-signed certificates for https servers in tests: good ones, expired ones, and ones for another host.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

export interface TestCertificate {
  readonly key: string;
  /** PEM. It is its own authority: to trust it, hand it to `tls.setDefaultCACertificates` or NODE_EXTRA_CA_CERTS. */
  readonly cert: string;
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

const oid = {
  ecdsaWithSha256: bytes('06082a8648ce3d040302'),
  commonName: bytes('0603550403'),
  subjectAltName: bytes('0603551d11'),
  basicConstraints: bytes('0603551d13'),
} as const;

/** GeneralizedTime: `YYYYMMDDHHMMSSZ`. */
const time = (at: Date): Buffer =>
  der(0x18, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(0, 14)}Z`));

const name = (text: string): Buffer =>
  sequence(der(0x31, sequence(oid.commonName, der(0x0c, Buffer.from(text)))));

/** iPAddress for IPv4 addresses, dNSName for the rest. */
const alternativeName = (host: string): Buffer =>
  isIP(host) === 4 ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));

const hour = 3_600_000;

/** By default for `localhost` and `127.0.0.1`, good from an hour ago for a day. */
export const createCertificate = (
  options: { readonly hosts?: readonly string[]; readonly notBefore?: Date; readonly notAfter?: Date } = {},
): TestCertificate => {
  const { hosts = ['localhost', '127.0.0.1'] } = options;
  const { notBefore = new Date(Date.now() - hour), notAfter = new Date(Date.now() + 24 * hour) } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // A name of its own: where two trusted certificates share one, OpenSSL picks either.
  const own = name(`latchkey tests ${randomBytes(8).toString('hex')}`);
  const algorithm = sequence(oid.ecdsaWithSha256);
  const extensions = sequence(
    sequence(oid.basicConstraints, der(0x01, bytes('ff')), der(0x04, sequence(der(0x01, bytes('ff'))))),
    sequence(oid.subjectAltName, der(0x04, sequence(...hosts.map(alternativeName)))),
  );
  const body = sequence(
    der(0xa0, der(0x02, bytes('02'))),
    der(0x02, Buffer.concat([bytes('01'), randomBytes(8)])),
    algorithm,
    own,
    sequence(time(notBefore), time(notAfter)),
    own,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, algorithm, der(0x03, bytes('00'), signature));
  const lines = (whole.toString('base64').match(/.{1,64}/g) ?? []).join('\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
};
