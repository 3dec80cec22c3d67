-- Puts a replica's knowledge of a window back: what it saw there, and calls made while away.
-- KEYS: window, epoch. ARGV: epoch, triples (kind, second, amount) that it saw, `+`, triples (kind,
-- milliseconds ago, amount) that were made since.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local i, last = 2, tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
while ARGV[i] ~= '+' do
  local field = ARGV[i] .. ':' .. ARGV[i + 1]
  local there = tonumber(redis.call('HGET', KEYS[1], field) or '0')
  if tonumber(ARGV[i + 2]) > there then redis.call('HSET', KEYS[1], field, ARGV[i + 2]) end
  last = math.max(last, tonumber(ARGV[i + 1]) * 1000)
  i = i + 3
end
i = i + 1
while ARGV[i] do
  local at = now - tonumber(ARGV[i + 1])
  redis.call('HINCRBY', KEYS[1], ARGV[i] .. ':' .. math.floor(at / 1000), ARGV[i + 2])
  last = math.max(last, at)
  i = i + 3
end
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', last))
redis.call('PEXPIRE', KEYS[1], math.max(last - now, 0) + 63000)
return 1
