-- What was left to be forgotten from a moment on, oldest first. Gives the time, and each message with its
-- moment.
-- KEYS: messages that are left. ARGV: the moment in milliseconds, how many at most.
local t = redis.call('TIME')
local found = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local left = {}
for n = 1, #found, 2 do table.insert(left, {found[n], tonumber(found[n + 1])}) end
return {t[1] * 1000 + math.floor(t[2] / 1000), left}
