-- Says of events which room they are of. KEYS: how many events are known.  ARGV: the index' prefix, the room, then fields.
-- What is known of an event stays. Answers how many events were not known.
local entries = tonumber(redis.call('GET', KEYS[1]) or '0')
local prefix, room = ARGV[1], ARGV[2]
local shardOfEvent = touched(prefix, entries, 3, #ARGV, 1)
if not shardOfEvent then return redis.error_reply(MOVING) end

local before = entries
if entries == 0 then redis.call('HSET', prefix .. 0, '', '') end
local n = shards(entries)
for i = 3, #ARGV do
  entries = entries + redis.call('HSETNX', shardOfEvent[i], ARGV[i], room)
end
grow(prefix, n, entries)
redis.call('SET', KEYS[1], entries)
return entries - before
