-- Remembers that those answers that are kept served a source.
-- KEYS: answers of the source, answers. ARGV: milliseconds, names of the answers.
local tagged = 0
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    tagged = tagged + redis.call('SADD', KEYS[1], ARGV[i])
  end
end
if tagged > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return tagged
