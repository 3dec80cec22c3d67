-- Puts off the end of a lease. KEYS: flight. ARGV: token, milliseconds.
if redis.call('GET', KEYS[1]) ~= 'h:' .. ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
