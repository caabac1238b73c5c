-- KEYS: head, tokens, page list, gaps, marks, times, then chunks of states, then the side pages, then a body page for each
--       change, then those that are sealed.
-- ARGV: 1 expected version, 2 head from its version on, 3 where the token goes, 4 token, 5 the index' prefix,
--       6 how many places, 7 gaps, 8 closed gaps, 9 marks, 10 redacted senders, 11 changes of bodies, 12 chunks, 13 runs of
--       times, 14 runs that are gone, 15 sealed bodies; then each chunk; for each side page: member, bytes; for each place:
--       field, place; for each gap: field, gap; fields of closed gaps; for each mark: field, mark or nothing; fields of
--       redacted senders; for each run: score, member; members of runs that are gone; for each change of a body: offset,
--       bytes; each sealed body.
-- Answers 1 if it is published, now or when this very call was made before; 0 if somebody else was faster.
local stored = redis.call('GET', KEYS[1])
local entries = 0
local version = string.rep('\0', 8)
if stored then
  local idEnd = 14 + string.byte(stored, 14)
  if string.sub(stored, 14, idEnd) ~= string.sub(ARGV[2], 9, idEnd - 5) then
    return redis.error_reply('OTHERROOM another room has the same key')
  end
  entries = struct.unpack('>I4', stored, 2)
  version = string.sub(stored, 6, 13)
end
if version ~= ARGV[1] then
  return redis.call('GETRANGE', KEYS[2], ARGV[3], ARGV[3] + 7) == ARGV[4] and 1 or 0
end

-- Redis does not undo what a script has written when it fails. So every key that is not declared is touched before the
-- first write: one that has left this node fails here.
local prefix = ARGV[5]
local places = tonumber(ARGV[6])
local chunks = tonumber(ARGV[12])
local firstSealed = #KEYS - tonumber(ARGV[15])
local firstBody = firstSealed - tonumber(ARGV[11])
local firstPage = 16 + chunks
local firstPlace = firstPage + 2 * (firstBody - 6 - chunks)
local firstGap = firstPlace + 2 * places
local n = shards(entries)
local shardOfPlace = places == 0 or touched(prefix, entries, firstPlace, firstGap - 1, 2)
if not shardOfPlace then return redis.error_reply(MOVING) end

for i = 1, chunks do redis.call('SET', KEYS[6 + i], ARGV[15 + i]) end
for i = 7 + chunks, firstBody do
  local at = firstPage + 2 * (i - 7 - chunks)
  redis.call('SET', KEYS[i], ARGV[at + 1])
  redis.call('ZADD', KEYS[3], 0, ARGV[at])
end

if places > 0 then
  if entries == 0 then redis.call('HSET', prefix .. 0, '', '') end
  for i = firstPlace, firstGap - 1, 2 do
    entries = entries + redis.call('HSET', shardOfPlace[i], ARGV[i], ARGV[i + 1])
  end
  grow(prefix, n, entries)
end

local at = firstGap
for _ = 1, tonumber(ARGV[7]) do
  redis.call('HSET', KEYS[4], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _ = 1, tonumber(ARGV[8]) do
  redis.call('HDEL', KEYS[4], ARGV[at])
  at = at + 1
end
for _ = 1, tonumber(ARGV[9]) do
  if ARGV[at + 1] == '' then
    redis.call('HDEL', KEYS[5], ARGV[at])
  else
    redis.call('HSET', KEYS[5], ARGV[at], ARGV[at + 1])
  end
  at = at + 2
end
for _ = 1, tonumber(ARGV[10]) do
  redis.call('HSET', KEYS[5], ARGV[at], '')
  at = at + 1
end
for _ = 1, tonumber(ARGV[13]) do
  redis.call('ZADD', KEYS[6], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _ = 1, tonumber(ARGV[14]) do
  redis.call('ZREM', KEYS[6], ARGV[at])
  at = at + 1
end
for i = firstBody + 1, firstSealed do
  redis.call('SETRANGE', KEYS[i], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for i = firstSealed + 1, #KEYS do
  redis.call('SET', KEYS[i], ARGV[at])
  at = at + 1
end
redis.call('SETRANGE', KEYS[2], ARGV[3], ARGV[4])
redis.call('SET', KEYS[1], '\5' .. struct.pack('>I4', entries) .. ARGV[2])
return 1
