// What the primary and its workers say to each other.

/** A worker's word that it listens; ports are no sign of it, because the local provider has one too. */
export const readyMessage = { type: 'latchkey:ready' } as const;

/** The primary's request to finish. `replaced`: another worker listens already, so there is time for idle connections. */
export interface FinishMessage {
  readonly type: 'latchkey:finish';
  readonly replaced: boolean;
}

/** Whether it is that word. */
export function isReadyMessage(message: unknown): boolean {
  return typeOf(message) === readyMessage.type;
}

/** Whether it is that request. Libraries send messages of their own. */
export function isFinishMessage(message: unknown): message is FinishMessage {
  return typeOf(message) === 'latchkey:finish';
}

function typeOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
}
