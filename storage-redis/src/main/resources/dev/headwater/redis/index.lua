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

