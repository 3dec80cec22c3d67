-- The first moment at which one more call keeps within a provider's limits, reserved.
-- KEYS: window, epoch. ARGV: epoch, the longest wait in milliseconds, three limits (-1 for none),
-- three amounts. A wait of -1 reserves nothing.
-- Amounts are summed by the second in which they were let through; a second counts until a full
-- minute and one more second have passed since its end.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return {-1} end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
local at, seconds, seen = now, {{}, {}, {}}, {}
for i = 1, #all, 2 do
  local field, value = all[i], tonumber(all[i + 1])
  if field == 'last' then
    at = math.max(at, value)
  else
    local kind, second = string.match(field, '^(%d):(%d+)$')
    kind, second = tonumber(kind), tonumber(second)
    if (second + 62) * 1000 <= now then
      redis.call('HDEL', KEYS[1], field)
    else
      table.insert(seconds[kind], {second, value})
      table.insert(seen, kind)
      table.insert(seen, second)
      table.insert(seen, value)
    end
  end
end
for kind = 1, 3 do
  local limit, amount = tonumber(ARGV[2 + kind]), tonumber(ARGV[5 + kind])
  if limit >= 0 then
    local logged, within = seconds[kind], 0
    table.sort(logged, function(a, b) return a[1] < b[1] end)
    for _, entry in ipairs(logged) do within = within + entry[2] end
    for _, entry in ipairs(logged) do
      if within + amount <= limit then break end
      within = within - entry[2]
      at = math.max(at, (entry[1] + 62) * 1000)
    end
  end
end
local wait = at - now
if wait > tonumber(ARGV[2]) then return {0, wait, 0, now, seen} end
local second = math.floor(at / 1000)
for kind = 1, 3 do
  if tonumber(ARGV[2 + kind]) >= 0 then
    redis.call('HINCRBY', KEYS[1], kind .. ':' .. second, ARGV[5 + kind])
    table.insert(seen, kind)
    table.insert(seen, second)
    table.insert(seen, tonumber(redis.call('HGET', KEYS[1], kind .. ':' .. second)))
  end
end
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', at))
redis.call('PEXPIRE', KEYS[1], wait + 63000)
return {1, wait, second, now, seen}
