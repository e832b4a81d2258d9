// The door to the outgoing side: latchkey as a client of other services.

export type { AuditEntry, AuditInput, Severity, SortColumn } from './config/audit-entry.ts';
export type { AuditPage, AuditSelection, AuditStore } from './config/audit-store.ts';
export { Secret } from './crypto/secret.ts';
export type { ApiResponse } from './machine/api-attempt.ts';
export type { OutgoingBody, RawBody, ReadAs } from './machine/api-body.ts';
export { type ApiClient, type ApiVerb, createApiClient } from './machine/api-client.ts';
export { ApiError, type ApiErrorCode, type ApiFailure } from './machine/api-error.ts';
export type {
  ApiBodyOptions,
  ApiCallOptions,
  ApiClientOptions,
  Parsing,
  TokenFunction,
} from './machine/api-options.ts';
export { apiPath, type QueryParameters } from './machine/api-url.ts';
export { type AuditRoutesOptions, auditRoutes } from './machine/audit-routes.ts';
export {
  type AuditCallOptions,
  type AuditListOptions,
  type AuditStats,
  type AuditsClient,
  createAuditsClient,
} from './machine/audits.ts';
export type { MachineTokenCache, RedisByHost, RedisByUrl } from './machine/cache-options.ts';
export {
  type EnvironmentVariables,
  type Outgoing,
  type OutgoingOptions,
  outgoingFrom,
} from './machine/environment.ts';
export type { MachineEvent, MachineEventListener } from './machine/events.ts';
export { type CallLog, logCalls } from './machine/log-calls.ts';
export { createMachineClient, type MachineClient } from './machine/machine-client.ts';
export type { MachineClientOptions } from './machine/machine-options.ts';
export { type MemoryAuditOptions, memoryAuditStore } from './machine/memory-audit-store.ts';
export { type TraceContext, traceFrom } from './tracing/trace-context.ts';
