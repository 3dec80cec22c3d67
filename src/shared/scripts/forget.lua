-- Forgets the answers that served a source, and tells all replicas; the message is left for those who
-- are away. Gives the names of the answers.
-- KEYS: answers of the source, messages that are left. ARGV: what stands before the name of an answer,
-- channel, message, milliseconds that it is left for, how many are left at most.
local names = redis.call('SMEMBERS', KEYS[1])
for _, name in ipairs(names) do redis.call('DEL', ARGV[1] .. name) end
redis.call('DEL', KEYS[1])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[2], now, ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[4]))
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[5]) - 1)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('PUBLISH', ARGV[2], 'forget ' .. ARGV[3])
return names
