-- KEYS: head, and for a writer also: gaps, marks.  ARGV: the index' prefix, then fields.
-- Answers: head, a place for each field, and for a writer a gap and a mark for each field.
local head = redis.call('GET', KEYS[1])
local out = {head}
if not head and #KEYS == 1 then return out end
local entries = head and struct.unpack('>I4', head, 2) or 0
local n = shards(entries)
local low = power(n)
local seen = {}
for i = 2, #ARGV do
  local place = false
  if entries > 0 then
    local shard = ARGV[1] .. shardOf(ARGV[i], n, low)
    place = redis.call('HGET', shard, ARGV[i])
    if not place and not seen[shard] then
      if redis.call('HEXISTS', shard, '') == 0 then return redis.error_reply(MOVING) end
      seen[shard] = true
    end
  end
  out[i] = place
end
for k = 2, #KEYS do
  for first = 2, #ARGV, 1000 do
    for _, value in ipairs(redis.call('HMGET', KEYS[k], unpack(ARGV, first, math.min(first + 999, #ARGV)))) do
      out[#out + 1] = value
    end
  end
end
return out
