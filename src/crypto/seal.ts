// Seals: authenticated encryption with the purpose bound in and old secrets still opening.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';

/** What a seal is for. One made for one purpose never opens for another. */
export type SealPurpose =
  | 'transaction'
  | 'state'
  | 'rounds'
  | 'token'
  | 'vault'
  | 'userinfo'
  | 'machine'
  | 'probe';

/** Seals and opens short texts. */
export interface Sealer {
  /**
   * Encrypts `text` with the first secret.
   * @param context - bound in as well: opening needs the same one (such as the session the text belongs to)
   * @returns base64url, about 4/3 of (text + 31 bytes)
   */
  seal(purpose: SealPurpose, text: string, context?: string): string;
  /** Opens what any of the secrets sealed; null for anything else. Never throws. */
  open(purpose: SealPurpose, sealed: string, context?: string): string | null;
}

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 3 + nonceBytes;
const subkeysPerPurpose = 256;

interface SealKey {
  readonly id: number;
  /** One of the keys that are derived for a purpose; made when first used. */
  subkey(purpose: SealPurpose, index: number): KeyObject;
}

/**
 * Makes a sealer from one or more secrets: the first seals, all of them open.
 *
 * AES-256-GCM (NIST SP 800-38D). A random 96-bit nonce may be used about 2^32 times with one key, so each purpose
 * has 256 keys, of which a message takes one by chance. They are derived once and kept: deriving a key per message
 * costs more than the sealing. Layout: version, key id, subkey, nonce, ciphertext, tag.
 */
export function createSealer(secrets: readonly string[]): Sealer {
  const keys = secrets.map(deriveKey);
  const [first] = keys;
  if (first === undefined) throw new TypeError('createSealer needs at least one secret');

  return {
    seal(purpose, text, context = '') {
      const head = Buffer.allocUnsafe(headBytes);
      randomFillSync(head, 2);
      head[0] = version;
      head[1] = first.id;
      const key = first.subkey(purpose, head[2] ?? 0);
      const cipher = createCipheriv('aes-256-gcm', key, head.subarray(3));
      cipher.setAAD(Buffer.from(context));
      const body = cipher.update(text, 'utf8');
      return Buffer.concat([head, body, cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(purpose, sealed, context = '') {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < headBytes + tagBytes || bytes[0] !== version) return null;
      for (const key of keys) {
        if (key.id !== bytes[1]) continue;
        const text = openWith(key.subkey(purpose, bytes[2] ?? 0), bytes, context);
        if (text !== null) return text;
      }
      return null;
    },
  };
}

function openWith(key: KeyObject, bytes: Buffer, context: string): string | null {
  const nonce = bytes.subarray(3, headBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    const body = decipher.update(bytes.subarray(headBytes, bytes.length - tagBytes));
    return Buffer.concat([body, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function deriveKey(secret: string): SealKey {
  // HKDF (RFC 5869): the same secret also signs the session cookie, so the seal key must not be the secret itself.
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'latchkey seal v1', 33));
  const master = createSecretKey(bytes.subarray(0, 32));
  const subkeys = new Map<SealPurpose, (KeyObject | undefined)[]>();
  return {
    id: bytes[32] ?? 0,
    subkey(purpose, index) {
      let known = subkeys.get(purpose);
      if (known === undefined) {
        known = new Array<KeyObject | undefined>(subkeysPerPurpose);
        subkeys.set(purpose, known);
      }
      let key = known[index];
      if (key === undefined) {
        const material = createHmac('sha256', master)
          .update(`${purpose}\0`)
          .update(Buffer.of(index))
          .digest();
        key = createSecretKey(material);
        known[index] = key;
      }
      return key;
    },
  };
}
