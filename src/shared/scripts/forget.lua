-- Forgets the answers that served a source. Gives their names.
-- KEYS: answers of the source. ARGV: what stands before the name of an answer.
local names = redis.call('SMEMBERS', KEYS[1])
for _, name in ipairs(names) do redis.call('DEL', ARGV[1] .. name) end
redis.call('DEL', KEYS[1])
return names
