-- KEYS: head, gaps, marks, times.  ARGV: the index' prefix.
-- Answers: head, and as text how many entries the index, the gaps, the marks and the times have.
local head = redis.call('GET', KEYS[1])
if not head then return {head} end
local entries = struct.unpack('>I4', head, 2)
local places = 0
if entries > 0 then
  for shard = 0, shards(entries) - 1 do
    local length = redis.call('HLEN', ARGV[1] .. shard)
    if length == 0 then return redis.error_reply(MOVING) end
    places = places + length - 1
  end
end
local gaps, marks, runs = redis.call('HLEN', KEYS[2]), redis.call('HLEN', KEYS[3]), redis.call('ZCARD', KEYS[4])
return {head, tostring(places), tostring(gaps), tostring(marks), tostring(runs)}
