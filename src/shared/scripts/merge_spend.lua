-- Puts a replica's knowledge of the day's sums back.
-- KEYS: sums of the day, epoch. ARGV: epoch, triples (field, least that it must be, spent since).
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 3 do
  local there = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0')
  local sum = math.max(there, tonumber(ARGV[i + 1])) + tonumber(ARGV[i + 2])
  redis.call('HSET', KEYS[1], ARGV[i], string.format('%.0f', sum))
end
redis.call('PEXPIRE', KEYS[1], 172800000)
return 1
