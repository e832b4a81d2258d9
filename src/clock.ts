// The only clock: everything that needs the time takes it from here, so that tests can move it.

/** A source of the current time in milliseconds since the epoch. */
export type Clock = () => number;

/** The system clock, in milliseconds since the epoch. */
export const systemClock: Clock = () => Date.now();
