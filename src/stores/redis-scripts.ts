// The steps that have to happen in one piece inside Redis. Each touches only keys of one slot of a cluster, and means
// the same when it is carried out twice: a connection can die after the script ran and before its answer came.

/**
 * Touch. KEYS: record, vault. ARGV: seconds, stamp. SETRANGE alone would create an ended session anew, and for
 * ever: so all of it happens only where the record is, and not when no time is left, because EXPIRE has then
 * removed it.
 */
export const touchScript = `
if redis.call('EXPIRE', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[2], ARGV[1])
if tonumber(ARGV[1]) > 0 then redis.call('SETRANGE', KEYS[1], 0, ARGV[2]) end
return 1`;

/** Update. KEYS: record, vault. ARGV: the record, seconds. Positions are those of stored-session.ts, from 1. */
export const updateScript = `
local stored = redis.call('GET', KEYS[1])
if not stored then return 0 end
local length = tonumber(string.sub(stored, 14, 19))
if not length then return 0 end
local own = 19 + length
local new = 19 + tonumber(string.sub(ARGV[1], 14, 19))
local text = string.sub(ARGV[1], 1, 13) .. string.sub(stored, 14, own) .. string.sub(ARGV[1], new + 1)
redis.call('SET', KEYS[1], text, 'EX', ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1`;

/**
 * Renew. KEYS: record, vault. ARGV: latchkey's part with its length, sealed tokens, version they follow. A seal is
 * never made twice, so a vault that holds this very text was written by the first copy of this renewal.
 */
export const renewScript = `
local stored = redis.call('GET', KEYS[1])
local vault = redis.call('GET', KEYS[2])
if not stored or not vault then return 0 end
local colon = string.find(vault, ':', 1, true)
local length = tonumber(string.sub(stored, 14, 19))
if vault == (tonumber(ARGV[3]) + 1) .. ':' .. ARGV[2] then return 1 end
if not colon or not length or string.sub(vault, 1, colon - 1) ~= ARGV[3] then return 0 end
local own = 19 + length
redis.call('SET', KEYS[1], string.sub(stored, 1, 13) .. ARGV[1] .. string.sub(stored, own + 1), 'KEEPTTL')
redis.call('SET', KEYS[2], (tonumber(ARGV[3]) + 1) .. ':' .. ARGV[2], 'KEEPTTL')
return 1`;

/** Index. KEYS: index. ARGV: id, start, seconds, oldest start that is kept. A longer life is never cut short. */
export const indexScript = `
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[4])
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
return 1`;

/** KEYS: lock. ARGV: owner, milliseconds. */
export const extendScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: lock. ARGV: owner. */
export const releaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;
