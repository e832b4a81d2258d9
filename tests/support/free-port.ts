// The port for a test, from the test kit.
export { freePort } from '../../src/testing/free-port.ts';
