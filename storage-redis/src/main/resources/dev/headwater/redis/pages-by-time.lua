-- KEYS: head, times.  ARGV: time, direction (f or b), how many runs over the time are answered at most, how many beyond it
-- of each length.
-- Answers: head, then runs and their scores by turns. Scores are as TimeIndex.java has them: by length, then by beginning.
local head = redis.call('GET', KEYS[1])
local out = {head}
if not head then return out end
local OF_A_LENGTH = 2 ^ 46
local time, forwards, over, beyond = tonumber(ARGV[1]), ARGV[2] == 'f', tonumber(ARGV[3]), tonumber(ARGV[4])

local function score(number)
  return string.format('%.0f', number)
end

local function add(command, from, to, most)
  local found = redis.call(command, KEYS[2], from, to, 'WITHSCORES', 'LIMIT', 0, most)
  for i = 1, #found do out[#out + 1] = found[i] end
  return #found / 2
end

local bits = 0
while true do
  local next = redis.call('ZRANGEBYSCORE', KEYS[2], score(bits * OF_A_LENGTH), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if #next == 0 then return out end
  bits = math.floor(tonumber(next[2]) / OF_A_LENGTH)
  local first = bits * OF_A_LENGTH
  local earliest = first + math.max(0, time - 2 ^ bits + 1)
  over = over - add('ZRANGEBYSCORE', score(earliest), score(first + time), over)
  if forwards then
    add('ZRANGEBYSCORE', '(' .. score(first + time), score(first + OF_A_LENGTH - 1), beyond)
  elseif earliest > first then
    add('ZREVRANGEBYSCORE', '(' .. score(earliest), score(first), beyond)
  end
  bits = bits + 1
end
