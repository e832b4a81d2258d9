// A provider that refuses, lies or stalls when a machine asks for a token: no token, a code that tells why, no secret.
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMachineClient, type MachineEvent } from '../../src/machine.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';
import * as answers from '../support/scripted-provider/answers.ts';
import type { RawAnswer } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let attacker: AttackerServer;
beforeAll(async () => {
  [provider, attacker] = await Promise.all([startScriptedProvider(), startAttackerServer()]);
});
afterAll(async () => {
  await Promise.all([provider.close(), attacker.close()]);
});
beforeEach(() => provider.reset());

const clientSecret = testClient.clientSecret ?? '';
const refusalOf = async (options: { clientSecret?: string; timeoutSeconds?: number } = {}) => {
  const events: MachineEvent[] = [];
  const client = createMachineClient({
    ...{ issuer: provider.issuer, clientId: testClient.clientId, clientSecret },
    ...options,
    onEvent: (event) => void events.push(event),
  });
  const error: unknown = await client.token().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  const { code, message } = error as Error & { code: string };
  const [event] = events;
  expect(event).toMatchObject({ type: 'machine_token_failed', code });
  return { code, text: `${message} ${inspect(events)}` };
};

const good = { access_token: 'token-of-the-attacker-51', token_type: 'Bearer', expires_in: 60 };
const token = (changes: Record<string, unknown>): RawAnswer => answers.json({ ...good, ...changes });

describe('a token answer that is', () => {
  it.each<[string, RawAnswer, string]>([
    ['without a token', token({ access_token: undefined }), 'provider_response_invalid'],
    ['with an empty token', token({ access_token: '' }), 'provider_response_invalid'],
    ['with a token that is no text', token({ access_token: 7 }), 'provider_response_invalid'],
    ['with a line break in the token', token({ access_token: 'a\r\nx: y' }), 'provider_response_invalid'],
    ['with a token of 70 KB', token({ access_token: 'a'.repeat(70_000) }), 'provider_response_invalid'],
    ['without a token type', token({ token_type: undefined }), 'provider_response_invalid'],
    ['of the type mac', token({ token_type: 'mac' }), 'provider_response_invalid'],
    ['of the type DPoP', token({ token_type: 'DPoP' }), 'provider_response_invalid'],
    ['over before it began', token({ expires_in: 0 }), 'provider_response_invalid'],
    ['over for a minute', token({ expires_in: -60 }), 'provider_response_invalid'],
    ['with a life in words', token({ expires_in: 'long' }), 'provider_response_invalid'],
    ['a list', answers.jsonText('[]'), 'provider_response_invalid'],
    ['no JSON', answers.jsonText('{'), 'provider_response_invalid'],
    ['a page', answers.html(), 'provider_response_invalid'],
    ['of two megabytes', answers.oversized(2_000_000, good), 'provider_response_invalid'],
    ['a bomb', answers.gzipBomb(5_000_000, good), 'provider_response_invalid'],
    ['a refusal of the client', answers.oauthError('invalid_client', 401), 'client_rejected'],
    ['a refusal of the client as 400', answers.oauthError('invalid_client', 400), 'client_rejected'],
    ['a refusal of the grant', answers.oauthError('unauthorized_client', 400), 'client_rejected'],
    ['a refusal of the scope', answers.oauthError('invalid_scope', 400), 'client_rejected'],
    ['a refusal of the audience', answers.oauthError('invalid_target', 400), 'client_rejected'],
    ['a used grant, whatever that is here', answers.oauthError('invalid_grant', 400), 'client_rejected'],
    ['a failure', answers.answer(500), 'provider_unavailable'],
    ['a gateway page', answers.html(502), 'provider_unavailable'],
    ['too many requests', answers.oauthError('slow_down', 429), 'provider_unavailable'],
    ['a hang-up', answers.hangUp(), 'provider_unavailable'],
  ])('%s gives no token', async (_name, answer, expected) => {
    provider.bend.raw.token = answer;
    const { code, text } = await refusalOf();
    expect(code).toBe(expected);
    expect(text).not.toContain('token-of-the-attacker');
    expect(text).not.toContain(clientSecret);
  });

  it.each<[string, RawAnswer]>([
    ['never there', answers.hang()],
    ['never whole', answers.drip(20)],
  ])('%s is given up on in time', async (_name, answer) => {
    provider.bend.raw.token = answer;
    const started = performance.now();
    expect((await refusalOf({ timeoutSeconds: 0.3 })).code).toBe('provider_unavailable');
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('a redirect is not followed, so the client secret goes nowhere else', async () => {
    provider.bend.raw.token = answers.redirectTo(`${attacker.url}/token`, 307);
    expect((await refusalOf()).code).toBe('provider_response_invalid');
    expect(attacker.hits).toEqual([]);
  });
});

it('a wrong secret is named as what it is: something to mend in the configuration', async () => {
  const { code, text } = await refusalOf({ clientSecret: 'wrong-secret-77' });
  expect(code).toBe('client_rejected');
  expect(text).toContain('Check the client id and secret');
  expect(text).not.toContain('wrong-secret-77');
});

it('metadata that name another issuer give no token, and the secret is not sent', async () => {
  provider.bend.discovery = (metadata) => ({ ...metadata, issuer: attacker.url });
  expect((await refusalOf()).code).toBe('provider_response_invalid');
  expect(provider.calls('token')).toEqual([]);
});
