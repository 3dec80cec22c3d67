-- Keeps an answer, unless a later leader has the flight or has already answered.
-- KEYS: answer, flight, answers of its source. ARGV: token, value, milliseconds, name of the answer,
-- whether there is a source.
local held = redis.call('GET', KEYS[2])
if held and string.sub(held, 1, 2) == 'h:' and string.sub(held, 3) > ARGV[1] then return 0 end
local earlier = redis.call('GETRANGE', KEYS[1], 0, 16)
if earlier > ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
if ARGV[5] == '1' then
  redis.call('SADD', KEYS[3], ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
end
return 1
