// Seals: authenticated encryption with the purpose bound in and old secrets still opening.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** What a seal is for. One made for one purpose never opens for another. */
export type SealPurpose = 'transaction' | 'state' | 'token' | 'vault';

/** Seals and opens short texts. */
export interface Sealer {
  /**
   * Encrypts `text` with the first secret.
   * @param context - bound in as well: opening needs the same one (such as the session the text belongs to)
   * @returns base64url, about 4/3 of (text + 42 bytes)
   */
  seal(purpose: SealPurpose, text: string, context?: string): string;
  /** Opens what any of the secrets sealed; null for anything else. Never throws. */
  open(purpose: SealPurpose, sealed: string, context?: string): string | null;
}

const version = 1;
const saltBytes = 12;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 2 + saltBytes + nonceBytes;

interface SealKey {
  readonly id: number;
  readonly master: Buffer;
}

/**
 * Makes a sealer from one or more secrets: the first seals, all of them open.
 *
 * AES-256-GCM (NIST SP 800-38D). Each message gets a key of its own, derived from the master key, the purpose
 * and a random salt, because a random 96-bit nonce under a single key is spent after about 2^32 messages.
 * Layout: version, key id, salt, nonce, ciphertext, tag.
 */
export function createSealer(secrets: readonly string[]): Sealer {
  const keys = secrets.map(deriveMaster);
  const [first] = keys;
  if (first === undefined) throw new TypeError('createSealer needs at least one secret');

  return {
    seal(purpose, text, context = '') {
      const head = Buffer.allocUnsafe(headBytes);
      head[0] = version;
      head[1] = first.id;
      randomBytes(saltBytes + nonceBytes).copy(head, 2);
      const salt = head.subarray(2, 2 + saltBytes);
      const cipher = createCipheriv(
        'aes-256-gcm',
        messageKey(first, purpose, salt),
        head.subarray(2 + saltBytes),
      );
      cipher.setAAD(Buffer.from(context));
      const body = cipher.update(text, 'utf8');
      return Buffer.concat([head, body, cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(purpose, sealed, context = '') {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < headBytes + tagBytes || bytes[0] !== version) return null;
      for (const key of keys) {
        if (key.id !== bytes[1]) continue;
        const text = openWith(key, purpose, bytes, context);
        if (text !== null) return text;
      }
      return null;
    },
  };
}

function openWith(key: SealKey, purpose: SealPurpose, bytes: Buffer, context: string): string | null {
  const salt = bytes.subarray(2, 2 + saltBytes);
  const nonce = bytes.subarray(2 + saltBytes, headBytes);
  const decipher = createDecipheriv('aes-256-gcm', messageKey(key, purpose, salt), nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    const body = decipher.update(bytes.subarray(headBytes, bytes.length - tagBytes));
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function deriveMaster(secret: string): SealKey {
  // HKDF (RFC 5869): the same secret also signs the session cookie, so the seal key must not be the secret itself.
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'latchkey seal v1', 33));
  return { id: bytes[32] ?? 0, master: bytes.subarray(0, 32) };
}

function messageKey(key: SealKey, purpose: SealPurpose, salt: Buffer): Buffer {
  return createHmac('sha256', key.master).update(`${purpose}\0`).update(salt).digest();
}
