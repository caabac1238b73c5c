-- The index of a room: hashes "0", "1", … that grow in number, one at a time, with the number of entries (linear
-- hashing). Each also holds an empty field, so that one that is missing is told from one that is empty: its slot is on
-- the way to another node.
local ENTRIES_A_SHARD = 64
local MOVING = 'TRYAGAIN the index is on its way to another node'

local function shards(entries)
  return 1 + math.floor(entries / ENTRIES_A_SHARD)
end

-- The highest power of two that is not above n.
local function power(n)
  local low = 1
  while low * 2 <= n do low = low * 2 end
  return low
end

local function shardOf(field, n, low)
  local at = struct.unpack('>I4', field) % (low * 2)
  if at >= n then at = at - low end
  return at
end

-- Calls a command with a key and as many arguments as there are, some at a time: unpack takes no more than 8,000.
local MOST = 2000
local function callWith(command, key, arguments)
  for first = 1, #arguments, MOST do
    redis.call(command, key, unpack(arguments, first, math.min(first + MOST - 1, #arguments)))
  end
end

-- Brings an index of n shards to those that its entries call for.
local function grow(prefix, n, entries)
  while n < shards(entries) do
    local low = power(n)
    local from, to = prefix .. (n - low), prefix .. n
    local all = redis.call('HGETALL', from)
    local moved, gone = {'', ''}, {}
    for i = 1, #all, 2 do
      if #all[i] > 0 and struct.unpack('>I4', all[i]) % (low * 2) == n then
        moved[#moved + 1] = all[i]
        moved[#moved + 1] = all[i + 1]
        gone[#gone + 1] = all[i]
      end
    end
    callWith('HSET', to, moved)
    callWith('HDEL', from, gone)
    n = n + 1
  end
end

-- Whether all keys exist. Fails if one has left this node.
local function allExist(keys)
  for first = 1, #keys, MOST do
    local last = math.min(first + MOST - 1, #keys)
    if redis.call('EXISTS', unpack(keys, first, last)) <= last - first then return false end
  end
  return true
end

-- Touches the shards that fields ARGV[first], ARGV[first + step] … go to, and those that come with them. Gives the key of
-- the shard of each field, by the field's number; nothing if one of them has left this node.
local function touched(prefix, entries, first, last, step)
  local n = shards(entries)
  local low = power(n)
  local keys, there, new = {}, {}, {}
  local function key(shard)
    if not keys[shard] then
      keys[shard] = prefix .. shard
      local list = shard < n and there or new
      list[#list + 1] = keys[shard]
    end
    return keys[shard]
  end
  local keyOf = {}
  local more = 0
  for i = first, last, step do
    keyOf[i] = key(shardOf(ARGV[i], n, low))
    more = more + 1
  end
  for shard = n, shards(entries + more) - 1 do
    key(shard)
    key(shard - power(shard))
  end
  allExist(new)
  return (allExist(there) or entries == 0) and keyOf
end
