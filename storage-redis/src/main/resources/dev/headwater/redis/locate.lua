-- KEYS: head, and for a writer also: gaps, marks.  ARGV: the index' prefix, then fields.
-- Answers: head, a place for each field, and for a writer a gap and a mark for each field.
local head = redis.call('GET', KEYS[1])
local out = {head}
if not head and #KEYS == 1 then return out end
local entries = head and struct.unpack('>I4', head, 2) or 0
local n = shards(entries)
local low = power(n)
local byShard = {}
for i = 2, #ARGV do
  out[i] = false
  if entries > 0 then
    local shard = shardOf(ARGV[i], n, low)
    byShard[shard] = byShard[shard] or {}
    table.insert(byShard[shard], i)
  end
end
for shard, asked in pairs(byShard) do
  local fields = {''}
  for k, i in ipairs(asked) do fields[k + 1] = ARGV[i] end
  local values = redis.call('HMGET', ARGV[1] .. shard, unpack(fields))
  if not values[1] then return redis.error_reply(MOVING) end
  for k, i in ipairs(asked) do out[i] = values[k + 1] end
end
for k = 2, #KEYS do
  for first = 2, #ARGV, 1000 do
    for _, value in ipairs(redis.call('HMGET', KEYS[k], unpack(ARGV, first, math.min(first + 999, #ARGV)))) do
      out[#out + 1] = value
    end
  end
end
return out
