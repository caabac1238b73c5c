-- KEYS: head, gaps, marks.  ARGV: the index' prefix.
-- Answers: head, and as text how many entries the index, the gaps and the marks have.
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
return {head, tostring(places), tostring(redis.call('HLEN', KEYS[2])), tostring(redis.call('HLEN', KEYS[3]))}
