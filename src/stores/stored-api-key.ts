// An API key's record as text: written as JSON, and read back only when it has the right shape.
import { z } from 'zod';
import type { ApiKeyRecord } from '../config/api-key-store.ts';

const names = z.array(z.string());
const time = z.number();

const schema = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.object({ issuer: z.string(), subject: z.string() }).nullable(),
  permissions: names,
  roles: names,
  scope: names,
  tenant: z.string().nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable(),
});

export function writeApiKey(record: ApiKeyRecord): string {
  return JSON.stringify(record);
}

/**
 * The record in a text.
 * @throws when it is none: a spoiled record is a broken store, and never "no such key"
 */
export function readApiKey(text: string): ApiKeyRecord {
  return schema.parse(JSON.parse(text));
}
