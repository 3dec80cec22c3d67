-- Leads a flight, or follows who leads it, or gets what came of it.
-- KEYS: flight, fence. ARGV: milliseconds of the lease, the token of the flight that was followed.
-- The flight holds `h:TOKEN` while somebody leads, and for a moment `f:TOKEN:OUTCOME` after that.
local held = redis.call('GET', KEYS[1])
if held then
  local kind, token, outcome = string.match(held, '^(.):(%d+):?(.*)$')
  if kind == 'h' then return {0, token} end
  if kind == 'f' and token == ARGV[2] then return {2, token, outcome} end
end
local t = redis.call('TIME')
local fence = tonumber(redis.call('GET', KEYS[2]) or '0') + 1
-- After a flush the clock keeps tokens growing.
fence = math.max(fence, t[1] * 1000000 + t[2])
local token = string.format('%017.0f', fence)
redis.call('SET', KEYS[2], token, 'PX', 604800000)
redis.call('SET', KEYS[1], 'h:' .. token, 'PX', ARGV[1])
return {1, token}
