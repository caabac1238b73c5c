-- The index of a room: hashes "0", "1", … that grow in number, one at a time, with the number of entries (linear
-- hashing). Each also holds an empty field, so that one that is missing is told from one that is empty: its slot is on
-- the way to another node.
local ENTRIES_A_SHARD = 128
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

-- Brings an index of n shards to those that its entries call for.
local function grow(prefix, n, entries)
  while n < shards(entries) do
    local low = power(n)
    local from, to = prefix .. (n - low), prefix .. n
    redis.call('HSET', to, '', '')
    local all = redis.call('HGETALL', from)
    for i = 1, #all, 2 do
      if #all[i] > 0 and struct.unpack('>I4', all[i]) % (low * 2) == n then
        redis.call('HSET', to, all[i], all[i + 1])
        redis.call('HDEL', from, all[i])
      end
    end
    n = n + 1
  end
end

-- Touches the shards that fields ARGV[first], ARGV[first + step] … go to, and those that come with them. True if one of
-- them has left this node.
local function hasMoved(prefix, entries, first, last, step)
  local n = shards(entries)
  local low = power(n)
  local probed = {}
  local more = 0
  for i = first, last, step do
    probed[shardOf(ARGV[i], n, low)] = true
    more = more + 1
  end
  for new = n, shards(entries + more) - 1 do
    probed[new] = true
    probed[new - power(new)] = true
  end
  for shard in pairs(probed) do
    local exists = redis.call('EXISTS', prefix .. shard) == 1
    if not exists and shard < n and entries > 0 then return true end
  end
  return false
end

