// Test certificates are real ones: trusted they work, and each defect is refused for its own reason.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { createCertificate } from '../support/certificate.ts';
import { startScriptedProvider } from '../support/scripted-provider.ts';

const original = getCACertificates('default');
afterEach(() => setDefaultCACertificates(original));

const outcome = async (
  certificate: ReturnType<typeof createCertificate>,
  isTrusted: boolean,
): Promise<unknown> => {
  await using provider = await startScriptedProvider({ tls: certificate });
  if (isTrusted) setDefaultCACertificates([...original, certificate.cert]);
  const url = `${provider.issuer}/.well-known/openid-configuration`;
  return await fetch(url).then(
    ({ status }) => status,
    (error: Error) => (error.cause as { code: string }).code,
  );
};

it('works when it is trusted', async () => expect(await outcome(createCertificate(), true)).toBe(200));

it('is refused when it is not trusted', async () =>
  expect(await outcome(createCertificate(), false)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT'));

it('is refused for another host', async () =>
  expect(await outcome(createCertificate({ hosts: ['other.test'] }), true)).toBe(
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ));

it('is refused when it has expired', async () => {
  const [notBefore, notAfter] = [new Date(1_600_000_000_000), new Date(1_600_086_400_000)];
  expect(await outcome(createCertificate({ notBefore, notAfter }), true)).toBe('CERT_HAS_EXPIRED');
});
