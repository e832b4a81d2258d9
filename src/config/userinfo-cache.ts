// The port to a cache of userinfo that the sessions of one person share.

/**
 * Keeps sealed texts for a while. What it loses is fetched again, and what it changes does not open: it can neither
 * read claims about a person nor make them up. It may reject or be slow; then pages go on without it.
 */
export interface UserinfoCache {
  /**
   * The text that was kept under this key; null or undefined when there is none.
   * @param key - a digest of issuer and subject: 43 characters of base64url
   */
  get(key: string): Promise<string | null | undefined>;
  /** Keeps a text for so many seconds; a later one replaces it. */
  set(key: string, value: string, seconds: number): Promise<void>;
  /** Lets go of connections; called when the auth object is closed. */
  close?(): Promise<void>;
}
