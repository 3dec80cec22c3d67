-- What one client may ask for, counted for all replicas. The arithmetic of GCRA is governor's.
-- KEYS: client, its briefs at once. ARGV: `enter` or `characters`, requests a minute, characters a
-- minute, requests a day, characters a day, briefs at once (each -1 for no limit), characters or 1,
-- a lease or nothing, its milliseconds, the time in microseconds or nothing.
-- Gives 1 and what remains of briefs, requests, requests a day, characters, and the characters taken
-- today; or 0, the limit that is reached and the wait in microseconds (-1 for ever).
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
if ARGV[10] ~= '' then now = tonumber(ARGV[10]) end
local day = math.floor(now / 86400000000)
local midnight = (day + 1) * 86400000000 - now
local found = redis.call('HMGET', KEYS[1], 'requests', 'characters', 'day', 'dr', 'dc')
local dr, dc = tonumber(found[4] or '0'), tonumber(found[5] or '0')
if tonumber(found[3] or '-1') ~= day then dr, dc = 0, 0 end
-- Since 2026: with smaller numbers there is room for parts of a microsecond.
local since = now - 1767225600000000
local limit = {}
for i = 2, 6 do limit[i - 1] = tonumber(ARGV[i]) end
local count = tonumber(ARGV[7])
local remaining = {-1, -1, -1, -1}

local function take(stored, per_minute, n)
  local share = math.floor(60000000000 / per_minute) / 1000
  local tau, more = share * (per_minute - 1), share * (n - 1)
  if n > per_minute then return nil, -1 end
  local tat = tonumber(stored or since)
  local earliest = tat + more - tau
  if since < earliest then return nil, math.ceil(earliest - since) end
  local following = math.max(tat, since) + share + more
  return following, math.floor((since + tau + share - following) / share + 0.000001)
end

local function kept(field, tat)
  redis.call('HSET', KEYS[1], field, string.format('%.4f', tat))
end

if ARGV[1] == 'enter' then
  if limit[5] >= 0 and ARGV[8] ~= '' then
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
    local taken = redis.call('ZCARD', KEYS[2])
    if taken >= limit[5] then return {0, 'briefs', 1000000} end
    remaining[1] = limit[5] - taken - 1
  end
  if limit[3] >= 0 and dr >= limit[3] then return {0, 'daily-requests', midnight} end
  if limit[1] >= 0 then
    local tat, left = take(found[1], limit[1], 1)
    if not tat then return {0, 'requests', left} end
    kept('requests', tat)
    remaining[2] = left
  end
  dr = dr + 1
  if limit[3] >= 0 then remaining[3] = limit[3] - dr end
  if remaining[1] >= 0 then
    redis.call('ZADD', KEYS[2], now + ARGV[9] * 1000, ARGV[8])
    redis.call('PEXPIRE', KEYS[2], ARGV[9])
  end
elseif count > 0 then
  if limit[4] >= 0 and dc + count > limit[4] then return {0, 'daily-characters', midnight} end
  if limit[2] >= 0 then
    local tat, left = take(found[2], limit[2], count)
    if not tat then return {0, 'characters', left} end
    kept('characters', tat)
    remaining[4] = left
  end
  dc = dc + count
end
redis.call('HSET', KEYS[1], 'day', day, 'dr', string.format('%.0f', dr), 'dc', string.format('%.0f', dc))
redis.call('PEXPIRE', KEYS[1], 90000000)
return {1, remaining[1], remaining[2], remaining[3], remaining[4], dc}
