-- Sets aside what a call may take of the day's sums, where no bound is passed.
-- KEYS: sums of the day, epoch. ARGV: epoch, triples (field, bound or -1, amount).
-- Gives 1 and the sums, or 0, the number of the bound that would be passed, and the sums.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return {-1} end
local sums = {}
for i = 2, #ARGV, 3 do
  table.insert(sums, tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0'))
end
for n, sum in ipairs(sums) do
  local bound, amount = tonumber(ARGV[n * 3]), tonumber(ARGV[n * 3 + 1])
  if bound >= 0 and amount > 0 and sum + amount > bound then return {0, n, sums} end
end
for n = 1, #sums do
  sums[n] = redis.call('HINCRBY', KEYS[1], ARGV[n * 3 - 1], ARGV[n * 3 + 1])
end
redis.call('PEXPIRE', KEYS[1], 172800000)
return {1, 0, sums}
