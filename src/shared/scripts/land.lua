-- Ends a flight that is still led with this token, and tells who follows.
-- KEYS: flight. ARGV: token, channel, message, outcome or nothing, milliseconds that it is left for.
if redis.call('GET', KEYS[1]) ~= 'h:' .. ARGV[1] then return 0 end
if ARGV[4] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], 'f:' .. ARGV[1] .. ':' .. ARGV[4], 'PX', ARGV[5])
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
