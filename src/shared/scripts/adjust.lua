-- Sets sums right that are there; none falls below nothing. KEYS: a hash. ARGV: pairs (field, change).
for i = 1, #ARGV, 2 do
  local there = redis.call('HGET', KEYS[1], ARGV[i])
  if there then
    local sum = math.max(tonumber(there) + tonumber(ARGV[i + 1]), 0)
    redis.call('HSET', KEYS[1], ARGV[i], string.format('%.0f', sum))
  end
end
return 1
