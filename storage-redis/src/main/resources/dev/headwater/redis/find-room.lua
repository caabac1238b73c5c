-- Which room an event is of. KEYS: how many events are known.  ARGV: the index' prefix, field.
-- Answers with the room or with nothing in a list.
local entries = tonumber(redis.call('GET', KEYS[1]) or '0')
if entries == 0 then return {} end
local n = shards(entries)
local shard = ARGV[1] .. shardOf(ARGV[2], n, power(n))
local room = redis.call('HGET', shard, ARGV[2])
if room then return {room} end
if redis.call('HEXISTS', shard, '') == 0 then return redis.error_reply(MOVING) end
return {}
