-- A replica says that it is there. Gives the epoch and how many replicas there are.
-- KEYS: epoch, replicas. ARGV: replica, milliseconds until it is thought gone, an epoch to begin.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local ttl = tonumber(ARGV[2])
local epoch = redis.call('GET', KEYS[1])
if not epoch then epoch = ARGV[3] end
redis.call('SET', KEYS[1], epoch, 'PX', 86400000)
redis.call('ZADD', KEYS[2], now + ttl, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('PEXPIRE', KEYS[2], ttl * 2)
return {epoch, redis.call('ZCARD', KEYS[2])}
